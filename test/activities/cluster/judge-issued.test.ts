import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { judgeIssued, type Wanted } from '../../../activities/cluster/judge-issued.ts';
import { kubeconfigWith, longCertificate } from './certificates.ts';

const expiresAt = new Date(new X509Certificate(Buffer.from(longCertificate, 'base64')).validTo).toISOString();
const hours = 3_600_000;
const wanted: Wanted = { type: 'vpc', lifetime: { expireHours: 8 }, address: '10.0.0.1' };

describe('an issued kubeconfig', () => {
  it('tells when its certificate expires', () => {
    const nowMs = Date.parse(expiresAt) - 8 * hours;
    expect(judgeIssued(kubeconfigWith(longCertificate), wanted, nowMs)).toEqual({ expiresAt, warnings: [] });
  });

  it('may outlive the request by a day', () => {
    const judged = (afterHours: number) =>
      judgeIssued(kubeconfigWith(longCertificate), wanted, Date.parse(expiresAt) - afterHours * hours);
    expect(judged(32)).not.toHaveProperty('objection');
    expect(judged(33)).toMatchObject({ objection: `it was to expire after 8 h, and is valid until ${expiresAt}` });
  });

  it('that is to be permanent may expire whenever it does', () => {
    expect(judgeIssued(kubeconfigWith(longCertificate), { ...wanted, lifetime: 'permanent' }, 0)).toEqual({
      expiresAt,
      warnings: [],
    });
  });

  it.each(['Y2VydA==', '5'])('with the certificate %s, which cannot be read, tells no expiry', (certificate) => {
    expect(judgeIssued(kubeconfigWith(certificate), wanted, 0)).toEqual({ warnings: [] });
  });

  it.each(['no kubeconfig', 'clusters: [', ''])('that reads "%s" tells nothing', (text) => {
    expect(judgeIssued(text, wanted, 0)).toEqual({ warnings: [] });
  });

  it('with another address comes with a warning', () => {
    const text = kubeconfigWith('5', 'https://10.0.0.2:6443');
    const asked: Wanted = { ...wanted, type: 'public', address: '192.0.2.1' };
    expect(judgeIssued(text, asked, 0).warnings).toEqual([
      'the kubeconfig has the address 10.0.0.2, and the public address of the API server is 192.0.2.1',
    ]);
    expect(judgeIssued(text, { ...wanted, address: undefined }, 0).warnings).toEqual([]);
  });
});

import { X509Certificate } from 'node:crypto';
import { parse } from 'yaml';
import type { KubeconfigRequest } from '../../contract/kubeconfig.ts';

/** What the kubeconfig should be. */
export interface Wanted extends Pick<KubeconfigRequest, 'type' | 'lifetime'> {
  /** The address of the API server that was asked for, if it is known. */
  address: string | undefined;
}

export interface Judgement {
  /** When its certificate expires (ISO 8601). Absent if it has none that can be read. */
  expiresAt?: string;
  warnings: string[];
  /** Why nobody may have it. */
  objection?: string;
}

const hourMs = 3_600_000;

/** A service may round up. A certificate that outlives the request by more than this is not the one that was asked for. */
const toleranceMs = 24 * hourMs;

/**
 * Compares an issued kubeconfig with what was asked for. Quotes nothing of it but the address of its server, if that looks like
 * one.
 *
 * @param nowMs The time of the answer.
 */
export function judgeIssued(kubeconfig: string, wanted: Wanted, nowMs: number): Judgement {
  const { cluster, user } = usedEntries(kubeconfig);
  const expiresAtMs = expiryOf(user?.['client-certificate-data']);
  const host = hostOf(cluster?.server);
  const { lifetime, type, address } = wanted;
  const warnings: string[] = [];
  if (host !== undefined && address !== undefined && host !== address) {
    warnings.push(`the kubeconfig has the address ${host}, and the ${type} address of the API server is ${address}`);
  }
  const expiresAt = expiresAtMs === undefined ? undefined : new Date(expiresAtMs).toISOString();
  const judgement = { ...(expiresAt !== undefined && { expiresAt }), warnings };
  if (lifetime === 'permanent' || expiresAtMs === undefined) return judgement;
  if (expiresAtMs - nowMs <= lifetime.expireHours * hourMs + toleranceMs) return judgement;
  return {
    ...judgement,
    objection: `it was to expire after ${lifetime.expireHours} h, and is valid until ${expiresAt}`,
  };
}

type Entry = Record<string, unknown>;

/** The cluster and the user of the current context. */
function usedEntries(kubeconfig: string): { cluster?: Entry; user?: Entry } {
  try {
    const content = parse(kubeconfig, { prettyErrors: false, logLevel: 'silent' }) as unknown;
    const context = entry(content, 'contexts', 'context', Object(content)['current-context']);
    const cluster = entry(content, 'clusters', 'cluster', context?.cluster);
    const user = entry(content, 'users', 'user', context?.user);
    return { ...(cluster && { cluster }), ...(user && { user }) };
  } catch {
    return {};
  }
}

function entry(content: unknown, list: string, key: string, name: unknown): Entry | undefined {
  const entries: unknown = Object(content)[list];
  const found: unknown = Array.isArray(entries) ? entries.find((one) => Object(one).name === name) : undefined;
  const value: unknown = Object(found)[key];
  return typeof value === 'object' && value !== null ? (value as Entry) : undefined;
}

function expiryOf(certificate: unknown): number | undefined {
  if (typeof certificate !== 'string') return undefined;
  try {
    const expiresAtMs = Date.parse(new X509Certificate(Buffer.from(certificate, 'base64')).validTo);
    return Number.isNaN(expiresAtMs) ? undefined : expiresAtMs;
  } catch {
    return undefined;
  }
}

function hostOf(server: unknown): string | undefined {
  const host = typeof server === 'string' && URL.canParse(server) ? new URL(server).hostname : '';
  return /^[\w.:[\]-]{1,100}$/.test(host) ? host : undefined;
}

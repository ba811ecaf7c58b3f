import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { validateCreateRequest } from '../cce/validate.ts';
import { problemLines, statusText } from '../cli/output.ts';
import type { Step } from '../client/index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe('README.md', () => {
  it('shows the problems of a spec as ccectl prints them', () => {
    const [, script = '', file = '', name = ''] = /^\$ sed '(.+)' (\S+) .* --name '(.+)'$/m.exec(readme) ?? [];
    const edited = sed(script, readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'));
    const request = parse(edited) as { cluster: { clusterName: string } };
    request.cluster.clusterName = name;
    const printed = problemLines('error', validateCreateRequest(request).errors).map(stripVTControlCharacters);
    expect(outputFrom('error cluster.clusterName')).toBe(printed.join('\n'));
  });

  it('shows a cancelled create as ccectl prints it', () => {
    const printed = statusText({
      kind: 'create',
      workflowID: 'cce:default:bj:create-existed-bcc-cluster-reg',
      runID: 'not printed',
      clusterName: 'create-existed-bcc-cluster-reg',
      clusterID: 'cce-a3g61g91',
      hasLease: false,
      leaseBegan: false,
      execution: 'completed',
      startedAt: '2026-11-24T09:37:04Z',
      outcome: {
        outcome: 'cancelled',
        clusterID: 'cce-a3g61g91',
        steps: [
          step(1, '创建基础证书', 'done', '2026-11-24T09:37:06Z'),
          step(2, '创建 BLB', 'done', '2026-11-24T09:37:08Z'),
          step(3, '创建 EIP', 'doing'),
          step(4, '创建 Master', 'todo'),
          step(5, '连通 APIServer', 'todo'),
          step(6, '部署 K8S 插件', 'todo'),
        ],
        cancelReason: 'wrong VPC',
        cleanup: {
          status: 'deleted',
          clusterIDs: ['cce-a3g61g91'],
          staysBehind: ['post-paid EIPs and CDS volumes', 'CDS snapshots', 'nodes'],
          leftovers: {
            resources: [
              { kind: 'node', id: 'i-SxeBLkcN', clusterID: 'cce-a3g61g91' },
              { kind: 'node', id: 'i-M56Un1DO', clusterID: 'cce-a3g61g91' },
              { kind: 'eip', id: '106.13.181.135', clusterID: 'cce-a3g61g91' },
              { kind: 'cds', id: 'v-osxp9d81', clusterID: 'cce-a3g61g91' },
            ],
          },
        },
      },
    });
    expect(outputFrom('create create-existed-bcc-cluster-reg cancelled')).toBe(stripVTControlCharacters(printed));
  });
});

/** What `sed` makes of a text by substitutions that replace whole words of it. */
function sed(script: string, text: string): string {
  return script.split('; ').reduce((before, substitution) => {
    const [, from = '', to = ''] = substitution.split(substitution[1] ?? '');
    const after = before.replaceAll(from, to);
    expect(after, substitution).not.toBe(before);
    return after;
  }, text);
}

/** The rest of a block of the README, from the line that begins like this. */
function outputFrom(beginning: string): string {
  const start = readme.indexOf(`\n${beginning}`) + 1;
  return readme.slice(start, readme.indexOf('\n```', start));
}

function step(index: number, name: string, status: string, finishedAt?: string): Step {
  const startedAt = `2026-11-24T09:37:0${index + 3}Z`;
  return { name, index, total: 6, status, retryCount: 1, ...(finishedAt !== undefined && { startedAt, finishedAt }) };
}

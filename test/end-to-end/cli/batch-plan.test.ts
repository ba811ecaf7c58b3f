import { describe, expect, it } from 'vitest';
import { setFields } from '../../cce/set-fields.ts';
import { ccectl } from '../../ccectl.ts';
import { readExample } from '../../examples.ts';

/** Nothing listens there: the plan asks neither Temporal nor CCE. */
const env = { TEMPORAL_ADDRESS: '127.0.0.1:1', CCE_ENDPOINT: 'http://127.0.0.1:1' };

const plan = (args: readonly string[], input = '') => ccectl(['batch', 'plan', ...args], { input, env });

describe('ccectl batch plan', () => {
  it('shows counts, ranges and an estimate of the time', async () => {
    const { exitCode, stdout, stderr } = await plan([
      '-f',
      'examples/batch.yaml',
      '--name',
      'mine',
      '--concurrency',
      '20',
    ]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^mine: 41 creates, 1 delete\nat most 20 in progress; stops after 3 failures\n/);
    expect(stdout).toContain('VPC vpc-mwbgygrjb72w: 41 clusters');
    // The first five of many clusters and the last.
    for (const shown of [/ci-0004 .*10\.0\.32\.0\/22/, /… 35 more/, /release .*10\.0\.0\.0\/20/]) {
      expect(stdout).toMatch(shown);
    }
    expect(stdout).not.toContain('ci-0005');
    expect(stdout).toMatch(/takes about 17 min\n/);
    expect(stdout).toMatch(/\nvalid; nothing was sent\n?$/);
    expect(exitCode).toBe(0);
  });

  it('reports every problem, and exits with 2', async () => {
    const input = 'concurency: 5\nitems:\n  - {name: "a b", cluster: {vpcID: 7}}\n  - delete: a\n  - delete: a\n';
    const { exitCode, stdout } = await plan(['-f', '-'], input);
    const problems = stdout.split('\n').filter((line) => line.startsWith('error '));
    const [first, ...others] = problems.map((line) => line.split(': ')[0]);
    expect(first).toBe('error (file)');
    expect(others).toContain('error items[0].cluster.clusterName');
    expect(others).toContain('error items[0].cluster.vpcID');
    expect(others).toContain('error items[2].delete');
    expect(stdout).toContain(`invalid: ${problems.length} errors`);
    expect(exitCode).toBe(2);
  });

  it('prints one JSON document, without secrets', async () => {
    const spec = setFields(readExample('managed', 'a'), { 'nodes[0].instanceSpec.adminPassword': 'secret123!' });
    const { exitCode, stdout } = await plan(['-f', '-', '-o', 'json'], JSON.stringify([spec, { delete: 'b' }]));
    const { items, ...rest } = JSON.parse(stdout);
    expect(rest).toMatchObject({ creates: 1, deletes: 1, concurrency: 50, errors: [] });
    expect(items.map(({ kind }: { kind: string }) => kind)).toEqual(['create', 'delete']);
    expect(items[0].input.request.nodes[0].instanceSpec.adminPassword).toBe('[redacted]');
    expect(stdout).not.toContain('secret123!');
    expect(exitCode).toBe(0);
  });

  it.each([
    { what: 'a missing file', args: ['-f', 'no-such-file.yaml'], says: /no-such-file\.yaml/ },
    { what: 'no file', args: [], says: /--file/ },
    { what: 'an invalid concurrency', args: ['-f', '-', '--concurrency', 'all'], says: /whole number/ },
  ])('rejects $what as bad input', async ({ args, says }) => {
    const { exitCode, stdout, stderr } = await plan(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(says);
  });
});

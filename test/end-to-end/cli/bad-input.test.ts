import { expect, it } from 'vitest';
import { ccectl } from '../../ccectl.ts';

/** Nothing listens there: ccectl reports bad input before it connects to Temporal. */
const env = { TEMPORAL_ADDRESS: '127.0.0.1:1' };

const create = ['create', '-f', '-', '--name', 'a-cluster'];

it.each<{ what: string; args: string[]; input?: string; says: RegExp }>([
  { what: 'a spec with an alias that points at nothing', args: create, input: 'cluster: *nowhere', says: /nowhere/ },
  { what: 'a spec that is not valid YAML', args: create, input: 'cluster: {', says: /^error -: / },
  { what: 'a spec that is not a create request', args: create, input: 'cluster: {}', says: /cluster\.k8sVersion/ },
  { what: 'an empty spec', args: create, input: '', says: /standard input is empty/ },
  { what: 'a missing spec file', args: ['create', '-f', 'no-such-file.yaml'], says: /no-such-file\.yaml/ },
  { what: 'a folder as the spec file', args: ['create', '-f', 'examples'], says: /examples cannot be read/ },
  { what: 'a pattern in place of a name', args: ['delete', 'ci-*'], says: /nameOrID "ci-\*" is not a clusterID or a/ },
  { what: 'an empty cluster name', args: ['delete', ''], says: /empty/ },
  { what: 'an invalid account label', args: ['--account', "a'b", 'list'], says: /account "a'b"/ },
  { what: 'an invalid region label', args: ['--region', 'b j', 'list'], says: /region "b j"/ },
])('ccectl exits with 2 for $what, and says why', async ({ args, input = '', says }) => {
  const { exitCode, stdout, stderr } = await ccectl(args, { input, env });
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(says);
  expect(stdout).toBe('');
});

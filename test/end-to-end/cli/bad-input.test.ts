import { expect, it } from 'vitest';
import { ccectl } from '../../processes.ts';

/** What is wrong is said before Temporal is asked, so that it does not matter that nothing listens there. */
const env = { TEMPORAL_ADDRESS: '127.0.0.1:1' };

const create = ['create', '-f', '-', '--name', 'a-cluster'];

it.each<{ what: string; args: string[]; input?: string; says: RegExp }>([
  { what: 'an alias in a spec that points at nothing', args: create, input: 'cluster: *nowhere', says: /nowhere/ },
  { what: 'a spec that is no YAML', args: create, input: 'cluster: {', says: /^error -: / },
  { what: 'a spec that is no request', args: create, input: 'cluster: {}', says: /cluster\.k8sVersion/ },
  { what: 'an empty spec', args: create, input: '', says: /cluster/ },
  { what: 'a spec file that is missing', args: ['create', '-f', 'no-such-file.yaml'], says: /no-such-file\.yaml/ },
  { what: 'a spec file that is a folder', args: ['create', '-f', 'examples'], says: /examples cannot be read/ },
  { what: 'a delete of nothing', args: ['delete', ''], says: /empty/ },
  { what: 'an account that is no label', args: ['--account', "a'b", 'list'], says: /account "a'b"/ },
  { what: 'a region that is no label', args: ['--region', 'b j', 'list'], says: /region "b j"/ },
])('$what is bad input', async ({ args, input = '', says }) => {
  const { exitCode, stdout, stderr } = await ccectl(args, { input, env });
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(says);
  expect(stdout).toBe('');
});

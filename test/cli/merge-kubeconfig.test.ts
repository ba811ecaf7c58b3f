import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { mergeKubeconfig } from '../../cli/merge-kubeconfig.ts';

const cluster = { clusterID: 'cce-abcd1234', clusterName: 'ci-7' };

function issued(server: string, token = 'issued-token'): string {
  return [
    'apiVersion: v1',
    'kind: Config',
    'clusters:',
    '- name: kubernetes',
    '  cluster:',
    '    certificate-authority-data: Q0E=',
    `    server: ${server}`,
    'contexts:',
    '- name: admin@kubernetes',
    '  context: { cluster: kubernetes, user: admin }',
    'current-context: admin@kubernetes',
    'users:',
    '- name: admin',
    `  user: { token: ${token} }`,
    '',
  ].join('\n');
}

const own = `# my clusters
apiVersion: v1
kind: Config
preferences: {}
current-context: home # the default
clusters:
  - name: home
    cluster:
      server: https://192.0.2.1:6443 # in the cellar
contexts:
  - name: home
    context: { cluster: home, user: me, namespace: dev }
users:
  # do not touch
  - name: me
    user: { token: my-token }
`;

const entries = {
  clusters: {
    name: 'ci-7',
    cluster: {
      'certificate-authority-data': 'Q0E=',
      server: 'https://10.0.0.1:6443',
      extensions: [{ name: 'cce-orchestrator', extension: { clusterID: 'cce-abcd1234' } }],
    },
  },
  contexts: { name: 'ci-7', context: { cluster: 'ci-7', user: 'ci-7' } },
  users: { name: 'ci-7', user: { token: 'issued-token' } },
};

describe('a merged kubeconfig', () => {
  it.each(['', '\n', '# nothing yet\n', '{}', '{"apiVersion":"v1","kind":"Config","clusters":[],"users":null}'])(
    'is a whole kubeconfig of its own if the file has nothing: %j',
    (before) => {
      const merged = mergeKubeconfig(before, issued('https://10.0.0.1:6443'), cluster);
      expect(parse(merged)).toEqual({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'ci-7',
        clusters: [entries.clusters],
        contexts: [entries.contexts],
        users: [entries.users],
      });
    },
  );

  it('keeps what is in the file, with its comments and its current context', () => {
    const merged = mergeKubeconfig(own, issued('https://10.0.0.1:6443'), cluster);
    const before = parse(own) as Record<string, unknown[]>;
    expect(parse(merged)).toEqual({
      ...before,
      clusters: [...before.clusters!, entries.clusters],
      contexts: [...before.contexts!, entries.contexts],
      users: [...before.users!, entries.users],
    });
    for (const comment of ['# my clusters', '# the default', '# in the cellar', '# do not touch']) {
      expect(merged).toContain(comment);
    }
  });

  it('replaces what was merged before under this name, and nothing else', () => {
    const first = mergeKubeconfig(own, issued('https://10.0.0.1:6443', 'first-token'), cluster);
    const again = mergeKubeconfig(first, issued('https://10.0.0.2:6443', 'second-token'), {
      ...cluster,
      clusterID: 'cce-efgh5678',
    });
    expect(again).not.toContain('first-token');
    expect(parse(again)).toEqual(
      parse(
        first
          .replace('10.0.0.1', '10.0.0.2')
          .replace('first-token', 'second-token')
          .replace('cce-abcd1234', 'cce-efgh5678'),
      ),
    );
  });

  it('changes nothing if it is merged twice', () => {
    const once = mergeKubeconfig(own, issued('https://10.0.0.1:6443'), cluster);
    expect(mergeKubeconfig(once, issued('https://10.0.0.1:6443'), cluster)).toBe(once);
  });

  it.each([
    ['is not valid YAML', `${own}  oops: [my-token\n`, /not valid YAML at line \d+/],
    ['has several documents', `${own}---\n${own}`, /not valid YAML/],
    ['is a list', '- my-token\n', /no map/],
    ['is another kind of object', 'kind: Secret\ntoken: my-token\n', /its kind is another/],
    ['has no list of users', 'kind: Config\nusers: my-token\n', /"users" is no list/],
    ['has a cluster of this name that is not ours', own.replaceAll('home', 'ci-7'), /has an entry "ci-7"/],
    ['has a user of this name', own.replace('name: me', 'name: ci-7'), /has an entry "ci-7"/],
  ])('is refused if the file %s, without a quote of it', (_, before, message) => {
    expect(() => mergeKubeconfig(before, issued('https://10.0.0.1:6443'), cluster)).toThrow(message);
    expect(() => mergeKubeconfig(before, issued('https://10.0.0.1:6443'), cluster)).not.toThrow(/-token/);
  });

  it.each([
    ['no YAML', 'users: [issued-token'],
    ['no object', 'issued-token'],
    ['no user', issued('https://10.0.0.1:6443').replace('users:', 'others:')],
    ['no context of its current name', 'current-context: a\ncontexts: []\nusers: []\nclusters: []\n'],
  ])('is refused if what was issued has %s, without a quote of it', (_, kubeconfig) => {
    expect(() => mergeKubeconfig(own, kubeconfig, cluster)).toThrow(/write it with --file/);
    expect(() => mergeKubeconfig(own, kubeconfig, cluster)).not.toThrow(/-token/);
  });
});

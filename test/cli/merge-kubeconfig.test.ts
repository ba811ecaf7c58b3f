import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { mergeKubeconfig } from '../../cli/merge-kubeconfig.ts';

const cluster = { account: 'default', region: 'bj', clusterID: 'cce-abcd1234', clusterName: 'ci-7' };
const { clusterName: _name, ...origin } = cluster;
const extensions = [{ name: 'cce-orchestrator', extension: { ...origin } }];

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
      extensions,
    },
  },
  contexts: { name: 'ci-7', context: { cluster: 'ci-7', user: 'ci-7', extensions } },
  users: { name: 'ci-7', user: { token: 'issued-token', extensions } },
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

  it('renews what was merged before for the same cluster, and nothing else', () => {
    const first = mergeKubeconfig(own, issued('https://10.0.0.1:6443', 'first-token'), cluster);
    const again = mergeKubeconfig(first, issued('https://10.0.0.2:6443', 'second-token'), cluster);
    expect(again).toBe(first.replace('10.0.0.1', '10.0.0.2').replace('first-token', 'second-token'));
  });

  it('keeps the namespace that the user has set in its context', () => {
    const first = mergeKubeconfig('', issued('https://10.0.0.1:6443'), cluster);
    const withNamespace = first.replace('      cluster: ci-7', '      namespace: dev # mine\n      cluster: ci-7');
    expect(mergeKubeconfig(withNamespace, issued('https://10.0.0.2:6443'), cluster)).toContain('namespace: dev # mine');
  });

  it.each([
    ['clusterID', { clusterID: 'cce-efgh5678' }],
    ['account', { account: 'other' }],
    ['region', { region: 'gz' }],
  ])('replaces the context of another %s only if told to', (_, difference) => {
    const first = mergeKubeconfig(own, issued('https://10.0.0.1:6443', 'first-token'), cluster);
    const other = { ...cluster, ...difference };
    const merge = (replace: boolean) =>
      mergeKubeconfig(first, issued('https://10.0.0.2:6443', 'second-token'), other, { replace });
    expect(() => merge(false)).toThrow(/context "ci-7" is of another cluster, cce-abcd1234 .*--replace/);
    expect(merge(true)).not.toContain('first-token');
  });

  it.each(['clusters', 'users', 'contexts'] as const)('never replaces an entry of the user in %s', (list) => {
    const first = mergeKubeconfig('', issued('https://10.0.0.1:6443'), cluster);
    const content = parse(first) as Record<typeof list, Record<string, { extensions?: unknown }>[]>;
    const key = { clusters: 'cluster', users: 'user', contexts: 'context' }[list];
    delete content[list][0]![key]!.extensions;
    const merge = () =>
      mergeKubeconfig(stringify(content), issued('https://10.0.0.1:6443'), cluster, { replace: true });
    expect(merge).toThrow(`has an entry "ci-7" in "${list}" that ccectl did not add`);
  });

  it.each(['exec', 'auth-provider', 'certificate-authority', 'client-certificate', 'client-key', 'tokenFile'])(
    'is refused if what was issued has %s',
    (key) => {
      const [where, from] = key === 'certificate-authority' ? ['server:', 'server:'] : ['token:', 'token:'];
      const kubeconfig = issued('https://10.0.0.1:6443').replace(
        where,
        `${key}: a${where === 'token:' ? ', ' : '\n    '}${from}`,
      );
      expect(() => mergeKubeconfig('', kubeconfig, cluster)).toThrow(`has "${key}"`);
    },
  );

  it('takes over only what is known', () => {
    const kubeconfig = issued('https://10.0.0.1:6443').replace('server:', 'proxy-url: http://192.0.2.9\n    server:');
    expect(mergeKubeconfig('', kubeconfig, cluster)).not.toContain('proxy-url');
  });

  it.each(['on', 'no', '1e3', '0x10', '012', '190:20:30', '2026-11-28'])(
    'quotes the name %s, which is none in YAML 1.1',
    (clusterName) => {
      const merged = mergeKubeconfig('', issued('https://10.0.0.1:6443'), { ...cluster, clusterName });
      expect(parse(merged, { version: '1.1' })).toMatchObject({
        'current-context': clusterName,
        clusters: [{ name: clusterName }],
        users: [{ name: clusterName }],
        contexts: [{ name: clusterName, context: { cluster: clusterName, user: clusterName } }],
      });
      expect(mergeKubeconfig(merged, issued('https://10.0.0.1:6443'), { ...cluster, clusterName })).toBe(merged);
    },
  );

  it('keeps the line ends of the file', () => {
    const merged = mergeKubeconfig(own.replaceAll('\n', '\r\n'), issued('https://10.0.0.1:6443'), cluster);
    expect(merged.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });

  it('leaves the current context to another file that has one', () => {
    const merged = mergeKubeconfig('', issued('https://10.0.0.1:6443'), cluster, { hasCurrent: true });
    expect(parse(merged)).not.toHaveProperty('current-context');
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

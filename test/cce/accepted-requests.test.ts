import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createClusterRequestSchema } from '../../cce/create-cluster.ts';
import { validateBatchRanges } from '../../cce/network-ranges.ts';
import { validateCreateRequest } from '../../cce/validate.ts';
import { setFields, type Fields } from './set-fields.ts';
import { disk, eip, validRequest } from './valid-request.ts';

const pod = 'cluster.containerNetworkConfig.clusterPodCIDR';
const service = 'cluster.containerNetworkConfig.clusterIPServiceCIDR';
const machine = 'nodes[0].instanceSpec';

const accepted: { name: string; set: Fields }[] = [
  { name: 'a name with all allowed characters', set: { 'cluster.clusterName': 'Az09._-' } },
  { name: 'the longest name', set: { 'cluster.clusterName': 'a'.repeat(65) } },
  {
    name: 'managed masters without machines',
    set: { 'cluster.masterConfig': { masterType: 'managed', clusterHA: 3 }, masters: [] },
  },
  {
    name: 'two serverless masters',
    set: { 'cluster.masterConfig': { masterType: 'serverless', clusterHA: 2 }, masters: undefined },
  },
  { name: 'no workers', set: { nodes: undefined } },
  { name: 'no count of machines', set: { 'nodes[0].count': undefined } },
  { name: 'a count of 1 for an existing machine', set: { 'nodes[1].count': 1 } },
  {
    name: 'an image described by instanceOS',
    set: { [`${machine}.imageID`]: undefined, [`${machine}.instanceOS`]: { osName: 'CentOS' } },
  },
  {
    name: "the service's own security groups",
    set: {
      [`${machine}.vpcConfig.securityGroupID`]: undefined,
      [`${machine}.vpcConfig.securityGroup`]: { enableCCERequiredSecurityGroup: true },
    },
  },
  {
    name: 'a public address charged by traffic',
    set: { [`${machine}.needEIP`]: true, [`${machine}.eipOption`]: eip('ByTraffic', 1000) },
  },
  { name: 'a disk path below another', set: { [`${machine}.instanceResource.cdsList[1]`]: disk('/data/sub') } },
  {
    name: 'the same disk path on another machine',
    set: { 'masters[0].instanceSpec.instanceResource.cdsList': [disk('/data')] },
  },
  {
    name: 'the widest range of node ports',
    set: {
      'cluster.containerNetworkConfig.nodePortRangeMin': 1,
      'cluster.containerNetworkConfig.nodePortRangeMax': 65536,
    },
  },
  { name: 'no address ranges', set: { [pod]: undefined, [service]: undefined, 'cluster.vpcCIDR': undefined } },
  { name: 'keys in a different case', set: { Cluster: validRequest().cluster, cluster: undefined } },
  { name: 'null options', set: { options: null } },
  { name: "a request to skip the service's network check", set: { options: { skipNetworkCheck: true } } },
  { name: 'unknown fields', set: { 'cluster.somethingEntirelyNew': { a: [1] } } },
];

describe('validation', () => {
  it.each(accepted)('accepts $name', ({ set }) => {
    expect(validateCreateRequest(setFields(validRequest(), set))).toStrictEqual({ errors: [], warnings: [] });
  });
});

describe('on the API page', () => {
  it.each([
    { file: 'create-managed-request', warnings: ['inline-secret'] },
    { file: 'create-custom-request', warnings: ['inline-secret'] },
    { file: 'create-existing-request', warnings: ['inline-secret', 'rebuild-wipes'] },
  ])('$file has no errors', ({ file, warnings }) => {
    const request = JSON.parse(readText(`examples/${file}.json`));
    const validation = validateCreateRequest(request);
    expect(validation.errors).toStrictEqual([]);
    expect([...new Set(validation.warnings.map(({ rule }) => rule))]).toStrictEqual(warnings);
  });
});

describe('in examples/', () => {
  const files = ['managed', 'custom', 'existing'];
  const readSpec = (file: string): unknown => parse(readText(`../../examples/${file}.yaml`));

  it.each([
    { file: 'managed', warnings: [] },
    { file: 'custom', warnings: [] },
    { file: 'existing', warnings: ['rebuild-wipes', 'rebuild-wipes', 'existed-disks'] },
  ])('$file.yaml has no errors', ({ file, warnings }) => {
    const validation = validateCreateRequest(readSpec(file));
    expect(validation.errors).toStrictEqual([]);
    expect(validation.warnings.map(({ rule }) => rule)).toStrictEqual(warnings);
  });

  it.each(files)('%s.yaml describes the same cluster as the request on the API page', (file) => {
    const [spec, request] = [readSpec(file), JSON.parse(readText(`examples/create-${file}-request.json`))].map(
      (value) => createClusterRequestSchema.parse(value),
    );
    expect(spec!.cluster.clusterName).toBe(request!.cluster.clusterName);
    expect(spec!.cluster.masterConfig).toStrictEqual(request!.cluster.masterConfig);
    expect(spec!.masters?.length).toBe(request!.masters?.length);
    expect(spec!.nodes?.map(({ instanceSpec }) => instanceSpec)).toMatchObject(
      request!.nodes!.map(({ instanceSpec }) => ({
        ...instanceSpec,
        adminPassword: { fromEnv: 'CCE_ADMIN_PASSWORD' },
      })),
    );
  });

  it('the specs have pod ranges that do not overlap', () => {
    expect(validateBatchRanges(files.map(readSpec))).toStrictEqual([]);
  });
});

function readText(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

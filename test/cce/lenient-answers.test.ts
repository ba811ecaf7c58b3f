import { describe, expect, it } from 'vitest';
import { clusterPageSchema, clusterSchema } from '../../cce/cluster.ts';
import { createClusterResponseSchema } from '../../cce/create-cluster.ts';
import { eventStepSchema, eventStepsResponseSchema } from '../../cce/event-steps.ts';

const minimalCluster = { spec: { clusterID: 'cce-1', clusterName: 'a' }, status: { clusterPhase: 'pending' } };

describe('a cluster in a response', () => {
  it('needs only its ID, name and phase', () => {
    expect(clusterSchema.parse(minimalCluster)).toStrictEqual(minimalCluster);
  });

  it.each([
    { name: 'ID', input: { ...minimalCluster, spec: { clusterName: 'a' } } },
    { name: 'name', input: { ...minimalCluster, spec: { clusterID: 'cce-1' } } },
    { name: 'phase', input: { ...minimalCluster, status: {} } },
    { name: 'status', input: { spec: minimalCluster.spec } },
  ])('is rejected without its $name', ({ input }) => {
    expect(clusterSchema.safeParse(input).success).toBe(false);
  });

  it('reads a field with an unexpected type as absent and keeps the other fields', () => {
    const cluster = clusterSchema.parse({
      spec: { ...minimalCluster.spec, masterConfig: { masterType: 'managed', clusterHA: 'three' }, plugins: 'none' },
      status: { clusterPhase: 'brand_new', nodeNum: 'many', clusterBLB: { id: 'lb-1', eip: 5 } },
      createdAt: 'yesterday',
      updatedAt: '0001-01-01T00:00:00Z',
    });
    expect(cluster).toEqual({
      spec: { ...minimalCluster.spec, masterConfig: { masterType: 'managed' } },
      status: { clusterPhase: 'brand_new', clusterBLB: { id: 'lb-1' } },
    });
  });

  it('may have keys in any case at any depth', () => {
    const { spec } = clusterSchema.parse({
      ...minimalCluster,
      spec: { ...minimalCluster.spec, ForbidDelete: true, containerNetworkConfig: { MaxPodsPerNode: 64 } },
    });
    expect(spec.forbidDelete).toBe(true);
    expect(spec.containerNetworkConfig?.maxPodsPerNode).toBe(64);
  });
});

it('a page without clusters may contain null instead of a list', () => {
  expect(clusterPageSchema.parse({ totalCount: 0, clusterList: null }).clusterList).toStrictEqual([]);
});

it('a response to a create is rejected only without a cluster ID', () => {
  expect(createClusterResponseSchema.parse({ clusterID: 'cce-1' })).toStrictEqual({
    clusterID: 'cce-1',
    requestID: '',
  });
  expect(createClusterResponseSchema.safeParse({ clusterID: '', requestID: 'r' }).success).toBe(false);
});

it.each(['requestID', 'requestId', 'RequestId'])('a request ID may be spelled %s', (key) => {
  expect(createClusterResponseSchema.parse({ clusterID: 'cce-1', [key]: 'r' }).requestID).toBe('r');
});

describe('event steps', () => {
  const step = { stepName: '创建 BLB', stepStatus: 'doing' };

  it.each([null, undefined])('may be %s', (steps) => {
    expect(eventStepsResponseSchema.parse({ status: 'creating', steps }).steps).toStrictEqual([]);
  });

  it.each([
    { name: 'errInfo', input: { errInfo: { code: 'c' } }, error: { code: 'c' } },
    { name: 'errorInfo', input: { errorInfo: { message: 'm' } }, error: { message: 'm' } },
    { name: 'a suggestion that is a number', input: { errInfo: { suggestion: 7 } }, error: { suggestion: '7' } },
    { name: 'an empty error', input: { errInfo: {} }, error: undefined },
    { name: 'a null error', input: { errInfo: null }, error: undefined },
    { name: 'an error with an unexpected type', input: { errInfo: 'boom' }, error: undefined },
  ])('may contain $name', ({ input, error }) => {
    expect(eventStepSchema.parse({ ...step, ...input }).errInfo).toEqual(error);
  });

  it('have no times while the service sends zero or empty times', () => {
    const times = { startTime: '0001-01-01T00:00:00Z', finishedTime: '' };
    expect(eventStepSchema.parse({ ...step, stepStatus: 'todo', ...times })).toEqual({ ...step, stepStatus: 'todo' });
  });

  it('contain their sub-steps', () => {
    const subSteps = [{ subStepName: 'a', subStepStatus: 'failed', errorInfo: { code: 'c' } }];
    expect(eventStepSchema.parse({ ...step, subSteps }).subSteps).toEqual([
      { subStepName: 'a', subStepStatus: 'failed', errInfo: { code: 'c' } },
    ]);
  });
});

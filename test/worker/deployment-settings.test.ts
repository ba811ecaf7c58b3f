import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../worker/configuration.ts';

const keys = { BCE_ACCESS_KEY_ID: 'an-id', BCE_SECRET_ACCESS_KEY: 'a-key' };

describe('the version of a worker', () => {
  it.each<[string, NodeJS.ProcessEnv, string | undefined, object | undefined]>([
    ['is absent without a deployment', { CCE_WORKER_BUILD_ID: 'v1' }, 'abc1234', undefined],
    [
      'has the build ID of the package',
      { CCE_WORKER_DEPLOYMENT: 'cce-default-bj' },
      'abc1234-dirty',
      { deploymentName: 'cce-default-bj', buildId: 'abc1234-dirty' },
    ],
    [
      'has the build ID in the environment, if there is one',
      { CCE_WORKER_DEPLOYMENT: 'cce', CCE_WORKER_BUILD_ID: 'v1.2' },
      'abc1234',
      { deploymentName: 'cce', buildId: 'v1.2' },
    ],
  ])('%s', (_, environment, bakedBuildID, expected) => {
    expect(readConfiguration({ ...keys, ...environment }, bakedBuildID).deploymentVersion).toEqual(expected);
  });

  it.each<[string, NodeJS.ProcessEnv, RegExp]>([
    [
      'has no known build ID',
      { CCE_WORKER_DEPLOYMENT: 'cce', CCE_WORKER_BUILD_ID: '' },
      /CCE_WORKER_BUILD_ID is not set/,
    ],
    [
      'has a build ID that is not a label',
      { CCE_WORKER_DEPLOYMENT: 'cce', CCE_WORKER_BUILD_ID: 'a b' },
      /CCE_WORKER_BUILD_ID must be/,
    ],
    [
      'belongs to a deployment with a dot in its name',
      { CCE_WORKER_DEPLOYMENT: 'a.b', CCE_WORKER_BUILD_ID: 'v1' },
      /DEPLOYMENT must be/,
    ],
  ])('is refused if it %s', (_, environment, problem) => {
    expect(() => readConfiguration({ ...keys, ...environment })).toThrow(problem);
  });
});

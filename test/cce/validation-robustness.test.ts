import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClusterRequestSchema } from '../../cce/create-cluster.ts';
import { validateBatchRanges } from '../../cce/network-ranges.ts';
import { validateCreateRequest, validationRules } from '../../cce/validate.ts';
import { setFields } from './set-fields.ts';
import { validRequest } from './valid-request.ts';

const ruleIDs = new Set(validationRules.map(({ id }) => id));

/** Paths at all depths of a valid request. Any value at such a path makes a request with one wrong part. */
const anyPath = fc.constantFrom(
  'cluster',
  'cluster.clusterName',
  'cluster.masterConfig',
  'cluster.masterConfig.clusterHA',
  'cluster.containerNetworkConfig',
  'cluster.containerNetworkConfig.clusterPodCIDR',
  'masters',
  'masters[0]',
  'nodes',
  'nodes[0].count',
  'nodes[0].instanceSpec',
  'nodes[0].instanceSpec.vpcConfig',
  'nodes[0].instanceSpec.instanceResource.cdsList',
  'nodes[0].instanceSpec.instanceResource.cdsList[0]',
  'nodes[1].instanceSpec.existedOption',
  'options',
);

describe('validation', () => {
  it('accepts any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { errors, warnings } = validateCreateRequest(value);
        expect(errors.length).toBeGreaterThan(0);
        for (const problem of [...errors, ...warnings]) expect(ruleIDs).toContain(problem.rule);
      }),
      { seed: 1 },
    );
  });

  it('accepts a request with any JSON value at any path', () => {
    fc.assert(
      fc.property(anyPath, fc.jsonValue(), (path, value) => {
        const request = setFields(validRequest(), { [path]: value });
        const { errors } = validateCreateRequest(request);
        // A value that the schema accepts may still violate a rule; one that it rejects must be an error.
        if (!createClusterRequestSchema.safeParse(request).success) expect(errors.length).toBeGreaterThan(0);
        expect(validateBatchRanges([request, value])).toBeInstanceOf(Array);
      }),
      { seed: 1 },
    );
  });

  it.each(['', 'x'.repeat(100_000), [[[]]], { cluster: [] }, { nodes: [null, 5, {}] }, JSON.parse('{"__proto__":1}')])(
    'reports errors for the odd value %j',
    (value) => {
      expect(validateCreateRequest(value).errors).not.toStrictEqual([]);
    },
  );
});

describe('a problem', () => {
  const secret = 'Hunter2!-in-clear';
  const secretPath = fc.constantFrom(
    'nodes[0].instanceSpec.adminPassword',
    'nodes[0].instanceSpec.ADMINPASSWORD',
    'nodes[0].instanceSpec.adminPasswrod',
    'nodes[1].instanceSpec.userData',
    'nodes[0].instanceSpec.aiInfraOption',
    'nodeGroups',
  );
  const secretValue = fc.constantFrom<unknown>(
    secret,
    secret.repeat(3),
    [secret],
    { [secret]: 1 },
    { fromEnv: 'A', value: secret },
    { serverLessRelayPW: secret },
    { serverLessRelayPw: { [secret]: secret } },
    [{ instanceTemplate: { adminPassword: secret } }],
  );

  it('never contains a secret, wherever the secret is', () => {
    fc.assert(
      fc.property(secretPath, secretValue, (path, value) => {
        const validation = validateCreateRequest(setFields(validRequest(), { [path]: value }));
        expect(JSON.stringify(validation)).not.toContain('Hunter2');
      }),
      { seed: 1 },
    );
  });
});

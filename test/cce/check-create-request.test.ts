import { describe, expect, it, vi } from 'vitest';
import { createClusterRequestSchema } from '../../cce/create-cluster.ts';
import { readPartialRequest } from '../../cce/partial-request.ts';
import { checkCreateRequest, validateCreateRequest, validationRules } from '../../cce/validate.ts';
import { setFields } from './set-fields.ts';
import { validRequest } from './valid-request.ts';

const disabledRules = validationRules.map(({ id }) => id);

describe('a check of a create request', () => {
  it('returns the request with known keys in the spelling of the SDK', () => {
    const request = validRequest();
    const body = setFields(request, { Cluster: request.cluster, cluster: undefined });
    expect(checkCreateRequest(body)).toStrictEqual({ request, warnings: [] });
  });

  it('returns the errors and warnings of the validation, and no request, if the body violates a rule', () => {
    const body = setFields(validRequest(), { 'cluster.clusterName': '', 'nodes[0].instanceSpec.adminPassword': 'x' });
    const { errors, warnings } = validateCreateRequest(body);
    expect(errors.length).toBeGreaterThan(0);
    expect(checkCreateRequest(body)).toStrictEqual({ errors, warnings });
  });

  it('rejects a value that is not a create request even if all rules are disabled', () => {
    expect(checkCreateRequest({ cluster: { clusterName: 7 } }, { disabledRules }).errors).toContainEqual(
      expect.objectContaining({ path: 'cluster.clusterName', rule: 'not-a-request' }),
    );
  });

  it.each(['checkCreateRequest', 'validateCreateRequest'] as const)('parses a valid request once: %s', (name) => {
    const parse = vi.spyOn(createClusterRequestSchema, 'safeParse');
    ({ checkCreateRequest, validateCreateRequest })[name](validRequest());
    expect(parse).toHaveBeenCalledTimes(1);
    parse.mockRestore();
  });
});

it('readPartialRequest reads a valid request like the schema of a create request', () => {
  const body = setFields(validRequest(), { options: null, 'cluster.Unknown': [1] });
  expect(readPartialRequest(body)).toStrictEqual(createClusterRequestSchema.parse(body));
});

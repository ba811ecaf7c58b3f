import { describe, expect, it } from 'vitest';
import { CceApiError } from '../../cce/cce-api-error.ts';

describe('403 OperationNotAllowed', () => {
  it.each([
    ['DELETE', 'conflict'],
    ['PUT', 'conflict'],
    ['GET', 'permission'],
    ['POST', 'permission'],
  ])('to a %s is of kind %s', (method, kind) => {
    const code = 'cce.warning.OperationNotAllowed';
    const error = new CceApiError({ httpStatus: 403, code, message: 'no', method, path: '/' });
    expect(error).toMatchObject({ kind, retryable: false });
  });
});

import { CceApiError } from '../../cce/cce-api-error.ts';

/**
 * The service says that there are clusters, and shows none. To believe that there are none would be a second cluster of a
 * create, or a delete that reports `absent`; so the answer counts as unreadable, and the call is repeated.
 */
export function listContradiction(): CceApiError {
  return new CceApiError({
    code: 'MalformedResponse',
    message: 'the list says that there are clusters, and does not show them',
    httpStatus: 200,
    method: 'GET',
    path: '/v2/clusters',
  });
}

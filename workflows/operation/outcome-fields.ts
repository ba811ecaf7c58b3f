import type { CancelRequest } from '../../contract/cancel-request.ts';

/** The outcome fields that say which cluster the operation was about and which call to name to the vendor's support. */
export function identifiers(known: { clusterID?: string | undefined; requestID?: string | undefined } | undefined) {
  const { clusterID, requestID } = known ?? {};
  return { ...(clusterID !== undefined && { clusterID }), ...(requestID !== undefined && { requestID }) };
}

/** The outcome field that says why somebody cancelled the operation, if they said. */
export function cancelReason(request: CancelRequest | undefined) {
  return request?.reason === undefined ? {} : { cancelReason: request.reason };
}

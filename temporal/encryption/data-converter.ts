import type { DataConverter } from '@temporalio/common';
import type { Encryption } from './encryption.ts';
import { createPayloadCodec } from './payload-codec.ts';

/** Of the same kind as this file: TypeScript from source, JavaScript in a built package. */
export const failureConverterPath = import.meta.filename.replace(/data-converter(\.\w+)$/, 'failure-converter$1');

/** What every worker and every client gives the SDK, so that all of them read what any of them wrote. */
export function dataConverterOf(encryption: Encryption): DataConverter {
  return { failureConverterPath, payloadCodecs: [createPayloadCodec(encryption)] };
}

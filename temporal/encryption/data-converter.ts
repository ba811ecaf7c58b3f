import type { DataConverter } from '@temporalio/common';
import type { Encryption } from './encryption.ts';
import { noteKeyless } from './keyless.ts';
import { createPayloadCodec } from './payload-codec.ts';

/** The module that the SDK loads by path. It has this file's extension: `.ts` in the sources, `.js` in a built package. */
export const failureConverterPath = import.meta.filename.replace(/data-converter(\.\w+)$/, 'failure-converter$1');

/** Creates the data converter that all workers and clients share, so that each can read what another wrote. */
export function dataConverterOf(encryption: Encryption): DataConverter {
  const codec = createPayloadCodec(encryption);
  if (encryption.keys.length === 0 && encryption.isTurnedOff !== true) noteKeyless(codec);
  return { failureConverterPath, payloadCodecs: [codec] };
}

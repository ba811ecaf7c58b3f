import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Moves messages and stacks of failures into payloads, which are encrypted: a message may quote a part of a spec.
 *
 * The SDK loads this module by path, also in processes that do not strip types. It must therefore stay plain JavaScript.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });

import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Moves messages and stacks of failures into payloads, where they are encrypted like all the rest: a message may quote
 * what was wrong in a spec.
 *
 * The SDK loads it by its path, also from processes that strip no types: without a type in it, it is plain JavaScript.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });

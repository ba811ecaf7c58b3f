import { msNumberToTs } from '@temporalio/common/lib/time.js';

/** A time as the types of Temporal's API carry it. */
export const timestamp = (atMs: number) => msNumberToTs(Math.max(0, atMs));

/** A number as the types of Temporal's API carry large ones. */
export const long = (value: number) => msNumberToTs(value * 1000).seconds!;

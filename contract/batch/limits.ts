/** The maximum number of items of a batch that run at the same time: Temporal carries them in one payload. */
export const maximumConcurrency = 1_000;

/** The maximum number of items of a batch. */
export const maximumItems = 10_000;

/** The maximum number of clusters that a teardown deletes: its report is one payload. */
export const largestTeardown = 1_000;

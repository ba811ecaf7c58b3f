import type { ActivityExecuteInput, ActivityInterceptorsFactory } from '@temporalio/worker';

/** Adds the cluster that an activity works on to all its log entries, those of the SDK included. */
export const logCluster: ActivityInterceptorsFactory = () => {
  let cluster: { clusterID?: string; clusterName?: string } = {};
  return {
    inbound: {
      execute(input, next) {
        cluster = clusterOf(input);
        return next(input);
      },
    },
    outbound: {
      getLogAttributes: (attributes, next) => next({ ...attributes, ...cluster }),
    },
  };
};

/** Activities name their cluster in one of three ways. Those of batches name none: their `request` is a cancel request. */
function clusterOf({ args: [input] }: ActivityExecuteInput): { clusterID?: string; clusterName?: string } {
  const { clusterID, clusterName, request } = (input ?? {}) as {
    clusterID?: string;
    clusterName?: string;
    request?: { cluster?: { clusterName: string } };
  };
  const name = clusterName ?? request?.cluster?.clusterName;
  return { ...(clusterID !== undefined && { clusterID }), ...(name !== undefined && { clusterName: name }) };
}

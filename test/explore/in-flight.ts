import { Context } from '@temporalio/activity';
import type { ServiceRequest } from './service.ts';

/** An attempt of an activity that a worker works on. It waits at a gate, or is on its way to one or to its end. */
export interface Attempt {
  activity: string;
  activityID: string;
  /** Counts from 1. */
  attempt: number;
  workflowID: string;
  runID: string;
  heartbeatTimeoutMs: number;
  heartbeat: () => void;
  isCancelled: () => boolean;
  gate?: Gate;
  /** Its worker is gone: it sends no heartbeat and no result. */
  isLost: boolean;
  /**
   * Leaves it where it is for ever. If it ended, the SDK would report that, and the server that skips time would take it for
   * the end of the next attempt.
   */
  forget: () => void;
}

/** Where an attempt waits until the explorer lets it go on. */
export interface Gate {
  /** The call that it wants to make, or the pause in milliseconds that it wants to take. */
  wants: { request: ServiceRequest } | { pauseMs: number };
  open: (how: unknown) => void;
}

/** All attempts of activities, so that one program decides which of them goes on, and when. */
export interface InFlight {
  attempts: () => Attempt[];
  /** Runs an activity as an attempt. */
  run: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Called within an activity: waits until the explorer opens the gate. Rejects if the activity is cancelled. */
  pass: (wants: Gate['wants']) => Promise<unknown>;
  /** Says what the heartbeats of the current activity carry. */
  setHeartbeat: (heartbeat: () => void) => void;
  /** Calls back whenever an attempt arrives at a gate. */
  onArrival: (listener: () => void) => void;
}

export function trackInFlight(): InFlight {
  const byToken = new Map<string, Attempt>();
  let arrived = () => {};

  function current(): Attempt {
    const attempt = byToken.get(tokenOf(Context.current()));
    if (attempt === undefined) throw new Error('this call belongs to no activity');
    return attempt;
  }

  return {
    attempts: () => [...byToken.values()],
    async run(work) {
      const context = Context.current();
      const token = tokenOf(context);
      const { workflowExecution, activityType, heartbeatTimeoutMs = Infinity } = context.info;
      byToken.set(token, {
        activity: activityType,
        activityID: context.info.activityId,
        attempt: context.info.attempt,
        workflowID: workflowExecution?.workflowId ?? '',
        runID: workflowExecution?.runId ?? '',
        heartbeatTimeoutMs,
        heartbeat: () => context.heartbeat(),
        isCancelled: () => context.cancellationSignal.aborted,
        isLost: false,
        forget: () => byToken.delete(token),
      });
      try {
        return await work();
      } finally {
        byToken.delete(token);
      }
    },
    async pass(wants) {
      const attempt = current();
      const { cancellationSignal } = Context.current();
      cancellationSignal.throwIfAborted();
      return new Promise((resolve, reject) => {
        const stop = () => leave(() => reject(cancellationSignal.reason));
        const leave = (settle: () => void) => {
          delete attempt.gate;
          cancellationSignal.removeEventListener('abort', stop);
          settle();
        };
        cancellationSignal.addEventListener('abort', stop);
        attempt.gate = { wants, open: (how) => leave(() => resolve(how)) };
        arrived();
      });
    },
    setHeartbeat(heartbeat) {
      current().heartbeat = heartbeat;
    },
    onArrival(listener) {
      arrived = listener;
    },
  };
}

function tokenOf({ info }: Context): string {
  return info.base64TaskToken;
}

import type { FailurePolicy, OperationReference } from '../../client/index.ts';
import type { Message } from './messages.ts';

/** What somebody has asked for, and the answer. */
export interface Asked {
  atMs: number;
  message: Message;
  /** What the product was doing. */
  stage: string;
  /** The names of the clusters that it is about. */
  names: readonly string[];
  /** `asked` until it is answered; then `accepted` or the name of the error. */
  answer: string;
  answeredAtMs?: number;
  /** The run that the answer is about. */
  run?: OperationReference;
  /** The cluster that it is about, where the message names one. */
  clusterID?: string;
}

/** How creates are asked for in one run. */
export interface CreateWishes {
  ttlSeconds?: number;
  onFailure?: 'keep';
  timeoutSeconds: number;
}

/** How a batch is asked for in one run. */
export interface BatchWishes {
  policy: FailurePolicy;
  concurrency: number;
  /** Whether its first item has another spec than what people ask for by itself. */
  isOther: boolean;
}

import { stages } from './stage.ts';

/** What people ask for. The first is the harmless one. */
export const messages = [
  'create',
  'createOther',
  'cancel',
  'cancelAndKeep',
  'cancelNatively',
  'delete',
  'deleteByID',
  'extend',
  'terminate',
  'reset',
  'deleteInConsole',
  'makeInConsole',
  'makeElsewhere',
  'hide',
  'loseWorkers',
  'replaceWorkers',
  'batch',
  'cancelBatch',
  'pauseBatch',
  'retryBatch',
  'rescaleBatch',
  'teardown',
  'reconcile',
] as const;

export type Message = (typeof messages)[number];

/** All pairs of a message and what the product does when it comes. */
export const messagePairs = messages.flatMap((message) => stages.map((stage) => `${message} × ${stage}`));

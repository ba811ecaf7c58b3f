import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';
import { LightRequest } from '../light-fetch.ts';

/** A queue of events at which time jumps from one event to the next. */
export interface VirtualTime {
  nowMs: () => number;
  /** Plans an event. Events of the same millisecond come in the order in which they were planned. Returns how to call it off. */
  after: (delayMs: number, event: () => unknown) => () => void;
  /** When the next event comes; `Infinity` if none is planned. */
  nextAtMs: () => number;
  /** Jumps to the next event and lets it happen. */
  step: () => Promise<void>;
  /** Lets happen all that needs no time. */
  settle: () => Promise<void>;
}

interface PlannedEvent {
  atMs: number;
  event: () => unknown;
}

export function createVirtualTime(startMs: number): VirtualTime {
  let nowMs = startMs;
  const planned: PlannedEvent[] = [];

  function after(delayMs: number, event: () => unknown): () => void {
    const entry = { atMs: nowMs + Math.max(0, delayMs), event };
    let position = planned.length;
    while (position > 0 && planned[position - 1]!.atMs > entry.atMs) position--;
    planned.splice(position, 0, entry);
    return () => {
      const found = planned.indexOf(entry);
      if (found >= 0) planned.splice(found, 1);
    };
  }

  /** What needs no time is done before the event loop turns, since no work leaves this thread. */
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

  return {
    nowMs: () => nowMs,
    after,
    nextAtMs: () => planned[0]?.atMs ?? Infinity,
    async step() {
      const next = planned.shift();
      if (next === undefined) return;
      nowMs = next.atMs;
      await next.event();
      await settle();
    },
    settle,
  };
}

/** Whoever is lost does nothing any more: its timers never end. */
export const lives = new AsyncLocalStorage<WorkerLife>();

export interface WorkerLife {
  isLost: boolean;
  worker: number;
}

/** What replaces the clocks, the chance and the network of this process. */
export interface Surroundings {
  time: VirtualTime;
  random: () => number;
  fetch: typeof fetch;
}

let current: Surroundings | undefined;

/** Has all code of this process live in virtual time, until it is called without. */
export function liveIn(world: Surroundings | undefined): void {
  install();
  current = world;
  globalThis.Request = world === undefined ? real.Request : (LightRequest as never);
}

const real = { setTimeout, setInterval, clearTimeout, clearInterval, Date, fetch, Request, random: Math.random };
const realTimeout = AbortSignal.timeout.bind(AbortSignal);
const realNow = performance.now.bind(performance);
const realPause = timersPromises.setTimeout;
let isInstalled = false;

/** Replaces the clocks of this process by ones that follow virtual time while there is one. */
function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  globalThis.setTimeout = ((callback: () => void, delayMs = 0, ...rest: []) =>
    current === undefined
      ? real.setTimeout(callback, delayMs, ...rest)
      : timer(callback, delayMs, false)) as typeof setTimeout;
  globalThis.setInterval = ((callback: () => void, delayMs = 1, ...rest: []) =>
    current === undefined
      ? real.setInterval(callback, delayMs, ...rest)
      : timer(callback, delayMs, true)) as unknown as typeof setInterval;
  globalThis.clearTimeout = clearAny;
  globalThis.clearInterval = clearAny;
  globalThis.Date = virtualDate();
  performance.now = () => current?.time.nowMs() ?? realNow();
  Math.random = () => (current === undefined ? real.random() : current.random());
  globalThis.fetch = (input, init) => (current?.fetch ?? real.fetch)(input, init);
  AbortSignal.timeout = (delayMs) => {
    if (current === undefined) return realTimeout(delayMs);
    const controller = new AbortController();
    setTimeout(() => controller.abort(new DOMException('The operation timed out', 'TimeoutError')), delayMs);
    return controller.signal;
  };
  timersPromises.setTimeout = ((delayMs: number, value: unknown, options?: { signal?: AbortSignal }) =>
    current === undefined ? realPause(delayMs, value, options) : pause(delayMs, value, options?.signal)) as never;
  syncBuiltinESMExports();
}

/** As the real one, whose objects are among its instances. A proxy would make each look at the clock slow. */
function virtualDate(): DateConstructor {
  function VirtualDate(...args: []): Date | string {
    const isCall = new.target === undefined;
    const date = Reflect.construct(
      real.Date,
      args.length === 0 || isCall ? [Date.now()] : args,
      new.target ?? real.Date,
    ) as Date;
    return isCall ? date.toString() : date;
  }
  Object.defineProperties(VirtualDate, Object.getOwnPropertyDescriptors(real.Date));
  const now = () => (current === undefined ? real.Date.now() : Math.floor(current.time.nowMs()));
  return Object.assign(VirtualDate as unknown as DateConstructor, { now });
}

function timer(callback: () => void, delayMs: number, repeats: boolean) {
  const life = lives.getStore();
  // AsyncResource.bind defines deprecated properties on each function that it binds.
  const resource = new AsyncResource('timer');
  const { time } = current!;
  const plan = () => time.after(delayMs, ring);
  const handle = { cancel: plan(), ref: () => handle, unref: () => handle, hasRef: () => true, refresh };
  return handle;

  function ring(): void {
    if (life?.isLost === true) return;
    if (repeats) handle.cancel = plan();
    resource.runInAsyncScope(callback);
  }

  function refresh() {
    handle.cancel();
    handle.cancel = plan();
    return handle;
  }
}

function clearAny(handle: unknown): void {
  const { cancel } = Object(handle) as { cancel?: () => void };
  if (cancel === undefined) real.clearTimeout(handle as NodeJS.Timeout);
  else cancel();
}

function pause(delayMs: number, value: unknown, signal?: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(handle);
      reject(new DOMException('The operation was aborted', 'AbortError'));
    };
    if (signal?.aborted === true) return reject(new DOMException('The operation was aborted', 'AbortError'));
    const handle = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve(value);
    }, delayMs);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

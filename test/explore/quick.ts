import asyncHooks from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';
import { promiseHooks } from 'node:v8';

/*
 * Must be the first import of a process that explores: it makes what histories do all the time cheaper.
 *
 * Up to Node 22, each promise copies the value of each AsyncLocalStorage, of which the SDK has one for many things. Here
 * it only keeps a reference to all values together, as later versions of Node do.
 */
type Values = ReadonlyMap<object, unknown>;

let current: Values = new Map();
const left: Values[] = [];
const key = Symbol('values');

type Carrier = Promise<unknown> & { [key]?: Values };

promiseHooks.createHook({
  init(promise: Carrier) {
    promise[key] = current;
  },
  before(promise: Carrier) {
    left.push(current);
    current = promise[key] ?? current;
  },
  after() {
    current = left.pop() ?? current;
  },
});

class QuickStorage {
  getStore(): unknown {
    return current.get(this);
  }

  run(value: unknown, work: (...args: unknown[]) => unknown, ...args: unknown[]): unknown {
    return within(new Map([...current, [this, value]]), () => work(...args));
  }

  exit(work: (...args: unknown[]) => unknown, ...args: unknown[]): unknown {
    return this.run(undefined, work, ...args);
  }

  enterWith(value: unknown): void {
    current = new Map([...current, [this, value]]);
  }

  disable(): void {}
}

class QuickResource {
  readonly #values = current;

  runInAsyncScope(work: (...args: unknown[]) => unknown, receiver?: unknown, ...args: unknown[]): unknown {
    return within(this.#values, () => work.apply(receiver, args));
  }
}

function within<Result>(values: Values, work: () => Result): Result {
  const before = current;
  current = values;
  try {
    return work();
  } finally {
    current = before;
  }
}

// Node 22 has getters there.
Object.defineProperties(asyncHooks, {
  AsyncLocalStorage: { value: QuickStorage, enumerable: true, configurable: true },
  AsyncResource: { value: QuickResource, enumerable: true, configurable: true },
});
syncBuiltinESMExports();

// The loader of TypeScript files has each function named again whenever it is made.
const define = Object.defineProperty;
Object.defineProperty = (target, name, descriptor) =>
  name === 'name' && typeof target === 'function' && !('writable' in descriptor) && !('get' in descriptor)
    ? target
    : (define(target, name, descriptor) as never);

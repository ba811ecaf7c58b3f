// Temporal's SDK records a stack trace for each promise of workflow code, for the query `__stack_trace` that no test asks.
// It takes a fifth of the time that workflow tests compute. Node's own hooks for AsyncLocalStorage, which activities need,
// come through the same function and have `before`; the SDK's have not.
// CommonJS, since `--require` loads it in the workflow threads of workers too.
const { promiseHooks } = require('node:v8');

const { createHook } = promiseHooks;
promiseHooks.createHook = (hooks) => (hooks.before === undefined ? () => {} : createHook(hooks));

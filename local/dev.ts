import { once } from 'node:events';
import { startServerProcess } from './server-process.ts';
import { startStackOrExit } from './start-stack-or-exit.ts';

// Installed first, or an early Ctrl-C would leave the server behind, which otherwise dies with this process.
let stopsGracefully = false;
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => (stopsGracefully ? interrupted.abort() : process.exit(130)));
}

// Not part of what a script reads: the first start downloads Temporal's server, which can take a minute.
console.error('starting a Temporal server, a simulated CCE service, a worker and an HTTP server …');
const stack = await startStackOrExit({ createSeconds: 30, deleteSeconds: 5, pollInterval: '1s', ui: true });
// A server that was running before belongs to somebody else: do not change it.
if (stack.temporal.processID !== undefined) await stack.orchestrator.setUp();
const [worker, server] = await Promise.all([stack.startWorker(), startServerProcess(stack.environment)]);

console.log(`Temporal      ${stack.temporal.address}`);
if (stack.temporal.uiUrl !== undefined) console.log(`Web UI        ${stack.temporal.uiUrl}`);
console.log(`CCE simulator ${stack.simulator.url}`);
console.log(`worker        process ${worker.processID}`);
console.log(`HTTP API      ${server.url}/openapi.json`);
if (stack.keyNotice !== undefined) console.log(`\n${stack.keyNotice}`);
console.log('\nIn another terminal:\n');
for (const name of ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'CCE_ACCOUNT', 'CCE_ENCRYPTION_KEYS']) {
  // Absent if the user has set keys: the other terminal must receive them in the same way as this one.
  if (stack.environment[name] !== undefined) console.log(`  export ${name}=${stack.environment[name]}`);
}
const { CCE_ACCOUNT: account, CCE_REGION: region } = stack.environment;
console.log(`  export API=${server.url}/v1/${account}/${region}`);
console.log(`  export TOKEN=${server.token}`);
console.log('  npm run -s ccectl -- create -f examples/managed.yaml --watch');
console.log('  curl -sH "Authorization: Bearer $TOKEN" "$API/clusters"');
console.log('\nCtrl-C stops all of them and discards their data.');

stopsGracefully = true;
const died = stack.temporal.ended.then(() => 'died' as const);
const end = interrupted.signal.aborted ? undefined : await Promise.race([once(interrupted.signal, 'abort'), died]);
if (end === 'died')
  console.error('the Temporal server has ended, and its data is lost: stopping; start npm run dev again');
await Promise.all([worker.stop(), server.stop()]);
await stack.stop();
process.exit(end === 'died' ? 1 : 0);

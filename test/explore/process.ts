import './quick.ts';
import { activityNames, exploreOrder, type Order } from './explore-order.ts';
import { bundleWorkflows, createSandbox } from './temporal/sandbox.ts';
import { loadAll } from './world.ts';

// As in test/setup.ts, which only Vitest can load.
process.env.CCE_ADMIN_PASSWORD = 'test123!T';
const sandbox = bundleWorkflows().then((code) => createSandbox(code, activityNames));
const isReady = Promise.all([sandbox, loadAll()]);

process.on('message', (order: Order) => void serve(order));
process.on('disconnect', () => process.exit(0));

async function serve(order: Order): Promise<void> {
  await isReady;
  process.send?.(await exploreOrder(await sandbox, order));
}

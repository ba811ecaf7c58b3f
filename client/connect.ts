import { connectClient } from '../temporal/connection/connect-client.ts';
import { checkOptions, labelOption, poolOption, regionOption } from './check-options.ts';
import { createOrchestrator, type Orchestrator } from './orchestrator.ts';

export interface ConnectOptions {
  /** The label of the account whose workers act. @default the variable `CCE_ACCOUNT`, or `default` */
  account?: string;
  /** The region whose workers act. @default the variable `CCE_REGION`, or `bj` */
  region?: string;
  /** The pool whose workers serve the account and region. @default the variable `CCE_POOL`, or none */
  pool?: string;
}

/**
 * Connects to Temporal with the variables and profile files that all of Temporal's tools use (`TEMPORAL_ADDRESS`,
 * `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`, `TEMPORAL_PROFILE`, …). The keys in `CCE_ENCRYPTION_KEYS` encrypt payloads, see
 * docs/secrets.md. A process that has its own Temporal client calls `createOrchestrator` instead.
 *
 * @example
 * ```ts
 * const orchestrator = await connect({ region: 'gz' });
 * try {
 *   const create = await orchestrator.create(body, { ttlSeconds: 8 * 3600 });
 *   for await (const status of orchestrator.watch(create)) console.log(status.currentStep?.stage);
 * } finally {
 *   await orchestrator.close();
 * }
 * ```
 *
 * @throws ConnectionSettingsError, UnreachableError, EncryptionKeyError, InvalidOptionsError
 */
export async function connect(options: ConnectOptions = {}): Promise<Orchestrator & { close: () => Promise<void> }> {
  const account = options.account ?? (process.env.CCE_ACCOUNT || 'default');
  const region = options.region ?? (process.env.CCE_REGION || 'bj');
  const pool = options.pool ?? (process.env.CCE_POOL || undefined);
  checkOptions({ account: labelOption, region: regionOption, pool: poolOption }, { account, region, pool });
  const { client, close } = await connectClient();
  return { ...createOrchestrator({ client, account, region, ...(pool !== undefined && { pool }) }), close };
}

import { connectClient } from '../temporal/connection/connect-client.ts';
import { checkOptions, labelOption } from './check-options.ts';
import { createOrchestrator, type Orchestrator } from './orchestrator.ts';

export interface ConnectOptions {
  /** @default the environment's `CCE_ACCOUNT`, or `default` */
  account?: string;
  /** @default the environment's `CCE_REGION`, or `bj` */
  region?: string;
}

/**
 * Connects to Temporal by the environment and profile files that all of Temporal's tools use (`TEMPORAL_ADDRESS`,
 * `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`, `TEMPORAL_PROFILE`, …). Payloads are encrypted by the keys of
 * `CCE_ENCRYPTION_KEYS`, see docs/secrets.md.
 *
 * @throws ConnectionSettingsError, UnreachableError, EncryptionKeyError, InvalidOptionsError
 */
export async function connect(options: ConnectOptions = {}): Promise<Orchestrator & { close: () => Promise<void> }> {
  const account = options.account ?? (process.env.CCE_ACCOUNT || 'default');
  const region = options.region ?? (process.env.CCE_REGION || 'bj');
  checkOptions({ account: labelOption, region: labelOption }, { account, region });
  const { client, close } = await connectClient();
  return { ...createOrchestrator({ client, account, region }), close };
}

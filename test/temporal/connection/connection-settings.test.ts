import { loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig';
import { expect, it } from 'vitest';
import { readConnectionSettings } from '../../../temporal/connection/connection-settings.ts';

it('the connection settings come from the given variables, not from those of the process', () => {
  const environment = { TEMPORAL_ADDRESS: 'given.example:7233', TEMPORAL_NAMESPACE: 'given', UNSET: undefined };
  const settings = readConnectionSettings(environment, { loadClientConfigProfile, toClientOptions });
  expect(settings).toMatchObject({ namespace: 'given', connectionOptions: { address: 'given.example:7233' } });
});

import type { Logger } from '@temporalio/worker';
import { findSearchAttributes, type NamespaceClient } from '../temporal/executions/start-searchable.ts';

/** Logs whether the operations of this namespace can be listed by our search attributes, and what to run if not. */
export async function reportSearchAttributes(client: NamespaceClient, log: Logger): Promise<void> {
  const { namespace } = client.options;
  const run = 'ccectl setup';
  try {
    const { present, missing, wrongType } = await findSearchAttributes(client);
    if (missing.length + wrongType.length === 0) {
      log.info('operations can be listed by search attributes', { namespace, searchAttributes: present });
    } else if (present.length + wrongType.length === 0) {
      log.info('the namespace has no search attributes to list operations by', { namespace, run });
    } else {
      log.warn('search attributes are incomplete, and so not used', { namespace, missing, wrongType, run });
    }
  } catch (error) {
    log.info('whether the namespace has search attributes cannot be found out; none are used', { namespace, error });
  }
}

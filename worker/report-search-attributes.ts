import type { Logger } from '@temporalio/worker';
import { findSearchAttributes, type NamespaceClient } from '../temporal/executions/start-searchable.ts';

/** Logs whether operations of this namespace can be listed by our search attributes, and the command to run if not. */
export async function reportSearchAttributes(client: NamespaceClient, log: Logger): Promise<void> {
  const { namespace } = client.options;
  const run = 'ccectl setup';
  try {
    const { present, missing, wrongType } = await findSearchAttributes(client);
    if (missing.length + wrongType.length === 0) {
      log.info('operations can be listed by search attributes', { namespace, searchAttributes: present });
    } else if (present.length + wrongType.length === 0) {
      log.info('operations cannot be listed by search attributes: the namespace has none of them', { namespace, run });
    } else {
      log.warn('search attributes are incomplete and therefore not used', { namespace, missing, wrongType, run });
    }
  } catch (error) {
    log.info('cannot find out whether the namespace has search attributes; none are used', { namespace, error });
  }
}

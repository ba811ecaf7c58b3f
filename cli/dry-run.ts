import type { CreateClusterRequest, CreateOptions, Orchestrator, RequestCheck } from '../client/index.ts';
import { exitCodes } from './exit-codes.ts';
import { problemLines } from './output.ts';
import { warnBlocked, type Printed } from './run-command.ts';

/** What holds for a create that is started without the option. */
const defaults = { onFailure: 'delete', timeoutSeconds: 3600, cleanUpTimeoutSeconds: 24 * 3600 };

/** Says what a create would do and send, and creates nothing. */
export async function dryRun(
  orchestrator: Orchestrator,
  request: CreateClusterRequest,
  createOptions: CreateOptions,
): Promise<Printed> {
  const { disabledRules = [], allowDuplicateName = false } = createOptions;
  const check = await orchestrator.check(request, {
    disabledRules,
    allowDuplicateName,
    decide: true,
    onBlocked: warnBlocked,
  });
  const { stringify } = await import('yaml');
  const plan = { ...check, options: { ...defaults, ...createOptions } };
  const isRefused = check.errors.length > 0 || check.decision?.action === 'refuse';
  const text = [
    ...problemLines('error', check.errors),
    ...problemLines('warning', check.warnings),
    decisionText(check),
    stringify({ options: plan.options, request: plan.request }).trimEnd(),
  ].join('\n');
  return { json: plan, text, exitCode: isRefused ? exitCodes.failed : exitCodes.done };
}

function decisionText({ decision, errors }: RequestCheck): string {
  const clusters = decision?.clusterIDs.join(', ') ?? '';
  switch (decision?.action) {
    case 'adopt':
      return `would adopt ${clusters}, which was made from this spec; nothing was sent`;
    case 'attach':
      return `would attach to the create that is under way ${clusters}`.trimEnd();
    case 'refuse':
      return `would be refused: the name is taken ${clusters}`.trimEnd();
    case 'wait':
      return `would wait until ${clusters} is deleted, and then create the cluster; nothing was sent`;
    default:
      return errors.length > 0 ? 'would be refused; nothing was sent' : 'would create this cluster; nothing was sent';
  }
}

import type { Client } from '@temporalio/client';
import pLimit from 'p-limit';
import { webhookDeliveryWorkflowID, type Placement } from '../../contract/identity.ts';
import { placed } from '../../contract/placed.ts';
import type { WebhookDeliveryInput } from '../../contract/webhook/delivery.ts';
import type { WebhookEvent } from '../../contract/webhook/event.ts';
import { tellEventsSignal } from '../../contract/webhook/messages.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';

/** Events of one execution, in their order. */
export interface Told {
  execution: { workflowID: string; startedAtMs: number };
  events: WebhookEvent[];
}

const callsAtOnce = 10;

/** Hands events on to the workflows that deliver them. If one call fails, rejects; the caller then repeats all. */
export async function handOn(
  client: Client,
  placement: Placement,
  input: WebhookDeliveryInput,
  { subject, told }: { subject: string; told: readonly Told[] },
): Promise<void> {
  const limit = pLimit(callsAtOnce);
  const { priority, ...queue } = placed(placement);
  const calls = told.map(({ execution, events }) =>
    limit(() =>
      client.workflow.signalWithStart(workflowTypes.webhookDelivery, {
        workflowId: webhookDeliveryWorkflowID(placement, input.name, execution),
        ...queue,
        args: [input],
        // Nobody waits for a delivery as for a create.
        priority: { ...priority, priorityKey: 5 },
        signal: tellEventsSignal,
        signalArgs: [events, subject],
      }),
    ),
  );
  await Promise.all(calls);
}

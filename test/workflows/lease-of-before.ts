/** A recorded history, as `npm run record-histories` writes it. */
export interface Recorded {
  workflowId: string;
  history: { events: HistoryEvent[] };
}

interface HistoryEvent {
  eventId: string;
  eventType: string;
  eventTime?: string;
  [attributes: string]: unknown;
}

/**
 * Makes the recorded history of an extended lease one that version 0.1 began, without the patch that bounds leases. Its history
 * is long when the first extension arrives, after which version 0.1 waits on, and when the second one arrives: then it goes on.
 */
export function leaseOfBefore({ workflowId, history }: Recorded): Recorded {
  const { events } = history;
  const begins = events.findIndex((recorded) => JSON.stringify(recorded).includes('"core_patch"'));
  const timer = (timerId: string) => event('TIMER_STARTED', { timerId, startToFireTimeout: '3600s' });
  const cancelled = (timerId: string) => event('TIMER_CANCELED', { timerId });
  const patch = { id: 'lease-of-before-goes-on', deprecated: false };
  const [first, second] = events.slice(begins).filter(({ eventType }) => eventType.endsWith('_SIGNALED'));
  const task = [
    event('WORKFLOW_TASK_SCHEDULED', { taskQueue: { name: 'any' }, attempt: 1 }),
    event('WORKFLOW_TASK_STARTED', { suggestContinueAsNew: true }),
    event('WORKFLOW_TASK_COMPLETED', {}),
  ];
  const all = [
    ...events.slice(0, begins),
    timer('2'),
    first!,
    ...task,
    cancelled('2'),
    timer('3'),
    second!,
    ...task,
    cancelled('3'),
    event('MARKER_RECORDED', { markerName: 'core_patch', details: { 'patch-data': { payloads: [payload(patch)] } } }),
    event('UPSERT_WORKFLOW_SEARCH_ATTRIBUTES', {
      searchAttributes: { indexedFields: { TemporalChangeVersion: payload([patch.id]) } },
    }),
    event('WORKFLOW_EXECUTION_CONTINUED_AS_NEW', { workflowType: { name: 'createCluster' } }),
  ];
  const eventTime = first?.eventTime ?? '';
  return { workflowId, history: { events: numbered(all).map((one) => ({ eventTime, ...one })) } };
}

function event(name: string, attributes: Record<string, unknown>): HistoryEvent {
  const key = `${name.toLowerCase().replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())}EventAttributes`;
  return { eventId: '', eventType: `EVENT_TYPE_${name}`, [key]: attributes };
}

/** Each of the added events refers to the last one before it that it can refer to. */
function numbered(events: readonly HistoryEvent[]): HistoryEvent[] {
  const last = (types: RegExp, before: number) =>
    String(1 + events.slice(0, before).findLastIndex(({ eventType }) => types.test(eventType)));
  return events.map((one, index) => {
    if (one.eventId === String(index + 1)) return one;
    const [key = ''] = Object.keys(one).filter((field) => field.endsWith('EventAttributes'));
    const references = {
      scheduledEventId: last(/WORKFLOW_TASK_SCHEDULED/, index),
      startedEventId: last(one.eventType.includes('TIMER') ? /TIMER_STARTED/ : /WORKFLOW_TASK_STARTED/, index),
      workflowTaskCompletedEventId: last(/WORKFLOW_TASK_COMPLETED/, index),
    };
    const named = Object.entries(references).filter(([name]) => refersTo(one.eventType, name));
    return { ...one, eventId: String(index + 1), [key]: { ...(one[key] as object), ...Object.fromEntries(named) } };
  });
}

function refersTo(eventType: string, name: string): boolean {
  if (eventType.includes('SIGNALED') || eventType.includes('TASK_SCHEDULED')) return false;
  if (name === 'workflowTaskCompletedEventId') return !eventType.includes('WORKFLOW_TASK');
  if (eventType.includes('TASK_COMPLETED')) return true;
  return name === 'startedEventId' ? eventType.includes('CANCELED') : eventType.includes('TASK_STARTED');
}

function payload(value: unknown): object {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return { metadata: { encoding: base64('json/plain') }, data: base64(JSON.stringify(value)) };
}

import { z } from 'zod';
import type { FollowEventsInput, WebhookCursor } from '../../contract/webhook/activities.ts';
import { writeCursor } from '../../temporal/follow/cursor.ts';

const cursorSchema: z.ZodType<WebhookCursor> = z.object({
  operations: z.string(),
  leases: z.record(z.string(), z.number()),
  sweepsAtMs: z.number(),
  sweeps: z.array(z.string()),
});

/** Goes on after the last heartbeat, or else where the previous activity ended, or else from the beginning. */
export function resumeCursor(heartbeatDetails: unknown, { cursor, sinceMs }: FollowEventsInput): WebhookCursor {
  const parsed = cursorSchema.safeParse(heartbeatDetails);
  if (parsed.success) return parsed.data;
  return cursor ?? { operations: cursorAt(sinceMs), leases: {}, sweepsAtMs: sinceMs, sweeps: [] };
}

/** A cursor for everything under way, and for what has ended since a time. It has no positions, so it is incomplete. */
function cursorAt(sinceMs: number): string {
  return writeCursor({ atSeconds: Math.floor(sinceMs / 1000), positions: new Map(), isIncomplete: true });
}

import type { z } from 'zod';
import { createClusterRequestSchema, type CreateClusterRequest } from './create-cluster.ts';
import { tolerant, type Tolerant } from './tolerant.ts';

/** A create request in which any part may be missing or unreadable. */
export type PartialRequest = Tolerant<CreateClusterRequest>;

const partialRequestSchema: z.ZodType<PartialRequest | undefined> = tolerant(createClusterRequestSchema);

/** Reads as much of a create request as possible from any JSON value. Never throws. */
export function readPartialRequest(value: unknown): PartialRequest {
  return partialRequestSchema.parse(value) ?? {};
}

type PartialInstanceSet = NonNullable<NonNullable<PartialRequest['nodes']>[number]>;

/** One entry of `masters` or `nodes`, with its path, such as `nodes[0]`. */
export interface InstanceEntry {
  path: string;
  set: PartialInstanceSet;
  spec: NonNullable<PartialInstanceSet['instanceSpec']>;
}

/** The readable entries of `masters` and `nodes`. */
export function instanceEntries(request: PartialRequest): InstanceEntry[] {
  return (['masters', 'nodes'] as const).flatMap((list) =>
    (request[list] ?? []).flatMap((set, index) =>
      set?.instanceSpec ? [{ path: `${list}[${index}]`, set, spec: set.instanceSpec }] : [],
    ),
  );
}

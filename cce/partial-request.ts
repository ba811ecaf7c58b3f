import type { z } from 'zod';
import { createClusterRequestSchema, type CreateClusterRequest } from './create-cluster.ts';
import { tolerant, type Tolerant } from './tolerant.ts';

/** A create request of which any part may be missing or have been unreadable. */
export type PartialRequest = Tolerant<CreateClusterRequest>;

const partialRequestSchema: z.ZodType<PartialRequest | undefined> = tolerant(createClusterRequestSchema);

/** What can be read of any JSON value taken as a create request. Never throws. */
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

/** The entries of `masters` and `nodes` that could be read. */
export function instanceEntries(request: PartialRequest): InstanceEntry[] {
  return (['masters', 'nodes'] as const).flatMap((list) =>
    (request[list] ?? []).flatMap((set, index) =>
      set?.instanceSpec ? [{ path: `${list}[${index}]`, set, spec: set.instanceSpec }] : [],
    ),
  );
}

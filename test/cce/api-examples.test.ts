import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  deleteClusterResponseSchema,
  getClusterResponseSchema,
  listClustersResponseSchema,
} from '../../cce/cluster.ts';
import { createClusterRequestSchema, createClusterResponseSchema } from '../../cce/create-cluster.ts';
import { eventStepsResponseSchema } from '../../cce/event-steps.ts';

const examples: { file: string; schema: z.ZodType; changes?: (text: string) => string }[] = [
  { file: 'create-managed-request', schema: createClusterRequestSchema },
  { file: 'create-custom-request', schema: createClusterRequestSchema, changes: renameCapitals },
  { file: 'create-existing-request', schema: createClusterRequestSchema },
  { file: 'create-cluster-response', schema: createClusterResponseSchema },
  { file: 'list-clusters-response', schema: listClustersResponseSchema },
  { file: 'get-cluster-response', schema: getClusterResponseSchema },
  { file: 'delete-cluster-response', schema: deleteClusterResponseSchema },
  { file: 'event-steps-response', schema: eventStepsResponseSchema, changes: dropEmptyErrors },
];

describe('parsing an example of the API page', () => {
  it.each(examples)('keeps every field of $file', ({ file, schema, changes = (text) => text }) => {
    const text = readFileSync(new URL(`examples/${file}.json`, import.meta.url), 'utf8');
    expect(toJson(schema.parse(JSON.parse(text)))).toStrictEqual(JSON.parse(changes(text)));
  });
});

/** The page spells these two fields in both ways; the types have the spelling of the SDK. */
function renameCapitals(text: string): string {
  return text.replaceAll('"CPU"', '"cpu"').replaceAll('"MEM"', '"mem"');
}

/** An empty error means that there is no error. */
function dropEmptyErrors(text: string): string {
  return text.replaceAll(/,\s*"errInfo": \{\}/g, '');
}

function toJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

import { z } from 'zod';
import { wireObject } from '../cce/wire.ts';
import { parseInput } from './parse-input.ts';
import type { Simulation } from './simulation.ts';
import type { CallInput, CallOutcome } from './vendor-call.ts';

const querySchema = z.object({ type: z.enum(['common', 'gpu']).optional() });
const bodySchema = z.preprocess((body) => body ?? {}, wireObject({ machineSpecList: z.array(z.string()).optional() }));

/** A few of the machine types that exist, for a request that names none. */
const someMachineSpecs = ['bcc.g5.c2m8', 'bcc.g5.c4m16', 'bcc.c5.c2m4'];

/** POST /api/cce/artifact-service/v1/machine-specs: says which machine types the service can run. */
export function listMachineSpecs({ options }: Simulation, { query, body }: CallInput): CallOutcome {
  parseInput(querySchema, query);
  const { machineSpecList = [] } = parseInput(bodySchema, body);
  const { unsupportedMachineSpecs } = options;
  const names = machineSpecList.length > 0 ? machineSpecList : [...someMachineSpecs, ...unsupportedMachineSpecs];
  return {
    body: {
      machineSpecList: names.map((machineSpec) => ({
        machineSpec,
        status: unsupportedMachineSpecs.includes(machineSpec) ? 'NotSupported' : 'Adapted',
      })),
    },
  };
}

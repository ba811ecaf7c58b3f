import { z } from 'zod';
import { openEnum, requestIDSchema, wireObject } from './wire.ts';

/** The query of `POST /api/cce/artifact-service/v1/machine-specs`. */
export interface ListMachineSpecsQuery {
  /** The documentation does not say what happens without it. */
  type?: 'common' | 'gpu';
}

/** Whether CCE can run a machine type; says nothing about how many are left. Sources: vendor's page, newer SDK. */
export type MachineSpec = z.infer<typeof machineSpecSchema>;
const machineSpecSchema = wireObject({
  machineSpec: z.string(),
  status: openEnum('Adapted', 'Unadapted', 'NotSupported'),
});

/** The response to `POST /api/cce/artifact-service/v1/machine-specs`. */
export type ListMachineSpecsResponse = z.infer<typeof listMachineSpecsResponseSchema>;
export const listMachineSpecsResponseSchema = wireObject({
  machineSpecList: z.preprocess((list) => list ?? [], z.array(machineSpecSchema)),
  requestID: requestIDSchema,
});

import { z } from 'zod';
import { openEnum, secretValueSchema, textMapSchema, wireObject } from './wire.ts';

/** Settings for the container runtime and kubelet of a machine, and scripts to run on it. Source: vendor SDK. */
export type DeployCustomConfig = z.infer<typeof deployCustomConfigSchema>;
export const deployCustomConfigSchema = wireObject({
  dockerConfig: wireObject({
    dockerDataRoot: z.string().optional(),
    registryMirrors: z.array(z.string()).optional(),
    insecureRegistries: z.array(z.string()).optional(),
    dockerLogMaxSize: z.string().optional(),
    dockerLogMaxFile: z.string().optional(),
    dockerBIP: z.string().optional(),
  }).optional(),
  containerdConfig: wireObject({
    dataRoot: z.string().optional(),
    registryMirrors: z.array(z.string()).optional(),
    insecureRegistries: z.array(z.string()).optional(),
  }).optional(),
  kubeletRootDir: z.string().optional(),
  /** Capitalised in the API, unlike the other fields. */
  EnableResourceReserved: z.boolean().optional(),
  kubeReserved: textMapSchema.optional(),
  systemReserved: textMapSchema.optional(),
  registryPullQPS: z.int().optional(),
  registryBurst: z.int().optional(),
  podPidsLimit: z.int().optional(),
  eventRecordQPS: z.int().optional(),
  eventBurst: z.int().optional(),
  kubeAPIQPS: z.int().optional(),
  kubeAPIBurst: z.int().optional(),
  maxPods: z.int().optional(),
  cpuManagerPolicy: openEnum('none', 'static').optional(),
  topologyManagerScope: openEnum('pod', 'container').optional(),
  topologyManagerPolicy: openEnum('none', 'best-effort', 'restricted', 'single-numa-node').optional(),
  cpuCFSQuota: z.boolean().optional(),
  cpuCFSQuotaPeriod: z.int().optional(),
  enableCordon: z.boolean().optional(),
  /** A script in Base64 that runs before the machine joins the cluster. */
  preUserScript: secretValueSchema.optional(),
  /** A script in Base64 that runs after the machine has joined the cluster. */
  postUserScript: secretValueSchema.optional(),
  postUserScriptFailedAutoCordon: z.boolean().optional(),
  kubeletBindAddressType: openEnum('all', 'local', 'hostip').optional(),
  kataConfig: wireObject({ kataType: z.string().optional(), kataVersion: z.string().optional() }).optional(),
  resolvConf: z.string().optional(),
  allowedUnsafeSysctls: z.string().optional(),
  serializeImagePulls: z.boolean().optional(),
  evictionHard: textMapSchema.optional(),
  evictionSoft: textMapSchema.optional(),
  evictionSoftGracePeriod: textMapSchema.optional(),
  containerLogMaxFiles: z.int().optional(),
  containerLogMaxSize: z.string().optional(),
  featureGates: z.record(z.string(), z.boolean()).optional(),
  readOnlyPort: z.int().optional(),
});

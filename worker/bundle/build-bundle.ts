import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { failureConverterPath } from '../../temporal/encryption/data-converter.ts';
import { bundleLicences } from './bundle-licences.ts';

// `npm run build` runs this from the built package, so that a worker need not bundle at each start.
// There are two bundles, because each workflow evaluates its whole bundle anew, and OpenTelemetry's SDK doubles the code.
const options = {
  workflowsPath: fileURLToPath(new URL('../../workflows/index.js', import.meta.url)),
  failureConverterPath,
};
const { code } = await bundleWorkflowCode(options);
await writeFile(new URL('../../workflow-bundle.js', import.meta.url), code);
const workflowInterceptorModules = [fileURLToPath(new URL('../../workflows/trace-interceptors.js', import.meta.url))];
const { code: tracedCode } = await bundleWorkflowCode({ ...options, workflowInterceptorModules });
await writeFile(new URL('../../workflow-bundle-traced.js', import.meta.url), tracedCode);
// The licences of both: the larger bundle contains all packages of the smaller one.
await writeFile(new URL('../../workflow-bundle.licences.txt', import.meta.url), await bundleLicences(tracedCode));

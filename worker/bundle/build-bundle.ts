import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { failureConverterPath } from '../../temporal/encryption/data-converter.ts';
import { bundleLicences } from './bundle-licences.ts';

// Run by `npm run build`, from the built package: a worker then need not bundle at each start.
// Two bundles: each workflow evaluates all of its own anew, and OpenTelemetry's SDK is as much code as all the rest.
const options = {
  workflowsPath: fileURLToPath(new URL('../../workflows/index.js', import.meta.url)),
  failureConverterPath,
};
const { code } = await bundleWorkflowCode(options);
await writeFile(new URL('../../workflow-bundle.js', import.meta.url), code);
const workflowInterceptorModules = [fileURLToPath(new URL('../../workflows/trace-interceptors.js', import.meta.url))];
const { code: tracedCode } = await bundleWorkflowCode({ ...options, workflowInterceptorModules });
await writeFile(new URL('../../workflow-bundle-traced.js', import.meta.url), tracedCode);
// Of both, since the larger one has all packages of the other.
await writeFile(new URL('../../workflow-bundle.licences.txt', import.meta.url), await bundleLicences(tracedCode));

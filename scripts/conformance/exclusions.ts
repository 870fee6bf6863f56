// What of the suite is not run, and why. Everything else must pass.

/** Suites that exercise functions of the client and never speak to a service. */
export const OTHER_SUITES: Readonly<Record<string, string>> = {
  OssConnSuite: 'addresses and signatures the client makes, no request',
  OssErrorSuite: 'errors the client makes, no request',
  OssOptionSuite: 'options of the client, no request',
  OssTypeSuite: 'types of the client, no request',
  OssUtilsSuite: 'helpers of the client, no request',
}

/** Tests of the other suites. */
export const EXCLUDED_TESTS: Readonly<Record<string, string>> = {
  'OssClientSuite.TestEndpointFormat':
    'writes ":80" behind the endpoint, so the service would have to listen on port 80 without a port in the endpoint',
  'OssProgressSuite.TestPutObjectNegative': 'sends to a host of the internet that is written in the test',
}

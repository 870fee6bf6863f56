// What the component fc3 takes, strictly: its own schema lets unknown names and wrong methods pass. Written from its
// documents; https://github.com/devsapp/fc3
const text = { type: 'string' }
const filled = { type: 'string', minLength: 1 }
const object = (properties: Record<string, unknown>, required: string[] = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})
const listOf = (items: unknown) => ({ type: 'array', items, minItems: 1, uniqueItems: true })

const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']
const CREATED = [
  '*',
  'AppendObject',
  'CompleteMultipartUpload',
  'CopyObject',
  'InitiateMultipartUpload',
  'PostObject',
  'PutObject',
  'PutSymlink',
  'UploadPart',
  'UploadPartCopy',
]
const OSS_EVENTS = [
  ...CREATED.map((name) => `oss:ObjectCreated:${name}`),
  'oss:ObjectModified:UpdateObjectMeta',
  ...['AbortMultipartUpload', 'DeleteObject', 'DeleteObjects'].map((name) => `oss:ObjectRemoved:${name}`),
]

const HTTP_TRIGGER = object(
  {
    authType: { enum: ['anonymous', 'function', 'jwt'] },
    methods: listOf({ enum: METHODS }),
    disableURLInternet: { type: 'boolean' },
  },
  ['authType', 'methods'],
)
const OSS_TRIGGER = object({
  events: listOf({ enum: OSS_EVENTS }),
  filter: object({ key: object({ prefix: text, suffix: text }) }),
})

const trigger = (triggerType: string, triggerConfig: unknown, required: string[]) =>
  object(
    {
      triggerName: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_-]{0,127}$' },
      triggerType: { const: triggerType },
      triggerConfig,
      qualifier: filled,
      description: text,
      invocationRole: filled,
      sourceArn: { type: 'string', pattern: '^acs:oss:[a-z0-9-]+:\\d*:[a-z0-9-]*$' },
    },
    ['triggerName', 'triggerType', 'triggerConfig', ...required],
  )

const custom = {
  required: ['customRuntimeConfig'],
  properties: { runtime: { pattern: '^custom' }, handler: false },
}
const builtIn = {
  required: ['handler'],
  properties: { runtime: { pattern: '^nodejs' }, customRuntimeConfig: false, instanceConcurrency: false },
}

/** One resource's props, without customDomain: deploying reads that key, the component's schema does not have it. */
export const FC3_PROPS = {
  ...object(
    {
      region: { type: 'string', pattern: '^[a-z]{2}(-[a-z0-9]+)+$' },
      functionName: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_-]{0,63}$' },
      description: text,
      runtime: { enum: ['custom.debian10', 'nodejs20'] },
      handler: { type: 'string', pattern: '^[\\w/]+\\.\\w+$' },
      code: filled,
      customRuntimeConfig: object({ command: listOf(filled), args: listOf(filled), port: { type: 'integer' } }),
      cpu: { type: 'number', minimum: 0.05, maximum: 16, multipleOf: 0.05 },
      memorySize: { type: 'integer', minimum: 128, maximum: 32_768, multipleOf: 64 },
      diskSize: { enum: [512, 10_240] },
      timeout: { type: 'integer', minimum: 1, maximum: 86_400 },
      instanceConcurrency: { type: 'integer', minimum: 1, maximum: 200 },
      internetAccess: { type: 'boolean' },
      // Turned into an ARN in lower case, whatever was written.
      role: { type: 'string', pattern: '^[a-z0-9.:/_-]+$' },
      logConfig: { const: 'auto' },
      environmentVariables: {
        type: 'object',
        propertyNames: { pattern: '^(?!FC_)[A-Za-z][A-Za-z0-9_]*$' },
        additionalProperties: text,
      },
      asyncInvokeConfig: object(
        {
          maxAsyncRetryAttempts: { type: 'integer', minimum: 0, maximum: 8 },
          maxAsyncEventAgeInSeconds: { type: 'integer', minimum: 1, maximum: 2_592_000 },
        },
        [],
      ),
      triggers: {
        type: 'array',
        items: { anyOf: [trigger('http', HTTP_TRIGGER, []), trigger('oss', OSS_TRIGGER, ['sourceArn'])] },
      },
    },
    ['region', 'functionName', 'runtime', 'code', 'cpu', 'memorySize', 'diskSize', 'timeout', 'role'],
  ),
  anyOf: [custom, builtIn],
}

/** What deploying reads beside the schema; empty: no domain. */
export const CUSTOM_DOMAIN = {
  anyOf: [
    { type: 'object', maxProperties: 0 },
    object({
      domainName: filled,
      protocol: { enum: ['HTTP', 'HTTPS', 'HTTP,HTTPS'] },
      route: object({ path: filled, methods: listOf({ enum: METHODS }) }),
    }),
  ],
}

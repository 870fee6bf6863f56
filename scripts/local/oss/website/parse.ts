import type { IncludeHeader, KeyValue, RoutingRule, RuleRedirect, WebsiteConfiguration } from './types.ts'
import { all, exact, first, parseXml, text, type Element } from './xml.ts'

/**
 * Reads a stored website configuration. Lenient: what `validateWebsiteXml` refused never gets stored.
 * @throws OssError 400 MalformedXML for what is not well-formed
 */
export function parseWebsite(xml: string): WebsiteConfiguration {
  const { root } = parseXml(xml)
  const index = first(root, 'IndexDocument')
  const error = first(root, 'ErrorDocument')
  return {
    ...(index && {
      indexDocument: {
        suffix: text(index, 'Suffix'),
        supportSubDir: flag(index, 'SupportSubDir', false),
        type: integer(index, 'Type') ?? 0,
      },
    }),
    ...(error && {
      errorDocument: { key: text(error, 'Key'), httpStatus: integer(error, 'HttpStatus') ?? 404 },
    }),
    rules: all(first(root, 'RoutingRules'), 'RoutingRule')
      .map(rule)
      .toSorted((a, b) => a.number - b.number),
  }
}

function rule(element: Element): RoutingRule {
  const condition = first(element, 'Condition')
  return {
    number: integer(element, 'RuleNumber') ?? 0,
    condition: {
      keyPrefixEquals: exact(condition, 'KeyPrefixEquals') ?? '',
      keySuffixEquals: exact(condition, 'KeySuffixEquals') ?? '',
      httpErrorCodeReturnedEquals: integer(condition, 'HttpErrorCodeReturnedEquals'),
      includeHeaders: all(condition, 'IncludeHeader').map(includeHeader),
    },
    redirect: redirect(first(element, 'Redirect')),
  }
}

function includeHeader(element: Element): IncludeHeader {
  const equals = exact(element, 'Equals')
  const startsWith = exact(element, 'StartsWith')
  const endsWith = exact(element, 'EndsWith')
  return {
    key: text(element, 'Key'),
    ...(equals !== undefined && { equals }),
    ...(startsWith !== undefined && { startsWith }),
    ...(endsWith !== undefined && { endsWith }),
  }
}

function redirect(element: Element | undefined): RuleRedirect {
  const headers = first(element, 'MirrorHeaders')
  const auth = first(element, 'MirrorAuth')
  const passQuery = text(element, 'MirrorPassQueryString')
  return {
    redirectType: text(element, 'RedirectType'),
    mirrorUrl: text(element, 'MirrorURL'),
    passQueryString: flag(element, 'PassQueryString', false),
    mirrorPassQueryString: passQuery === '' ? undefined : passQuery === 'true',
    mirrorFollowRedirect: flag(element, 'MirrorFollowRedirect', true),
    mirrorCheckMd5: flag(element, 'MirrorCheckMd5', false),
    mirrorHeaders: {
      passAll: flag(headers, 'PassAll', false),
      pass: texts(headers, 'Pass'),
      remove: texts(headers, 'Remove'),
      set: pairs(headers, 'Set'),
    },
    enableReplacePrefix: flag(element, 'EnableReplacePrefix', false),
    replaceKeyPrefixWith: exact(element, 'ReplaceKeyPrefixWith') ?? '',
    replaceKeyWith: exact(element, 'ReplaceKeyWith') ?? '',
    protocol: text(element, 'Protocol'),
    hostName: text(element, 'HostName'),
    httpRedirectCode: integer(element, 'HttpRedirectCode'),
    mirrorProxyPass: flag(element, 'MirrorProxyPass', false),
    mirrorAllowHeadObject: flag(element, 'MirrorAllowHeadObject', false),
    mirrorAllowGetImageInfo: flag(element, 'MirrorAllowGetImageInfo', false),
    mirrorAllowVideoSnapshot: flag(element, 'MirrorAllowVideoSnapshot', false),
    transparentMirrorResponseCodes: text(element, 'TransparentMirrorResponseCodes')
      .split(',')
      .map((code) => Number(code.trim()))
      .filter((code) => Number.isInteger(code) && code >= 200 && code <= 599),
    mirrorSaveOssMeta: flag(element, 'MirrorSaveOssMeta', false),
    mirrorUserLastModified: flag(element, 'MirrorUserLastModified', false),
    mirrorTaggings: pairs(first(element, 'MirrorTaggings'), 'Taggings'),
    mirrorReturnHeaders: pairs(first(element, 'MirrorReturnHeaders'), 'ReturnHeader'),
    mirrorSni: flag(element, 'MirrorSNI', false),
    mirrorPassOriginalSlashes: flag(element, 'MirrorPassOriginalSlashes', false),
    mirrorUrlSlave: text(element, 'MirrorURLSlave'),
    mirrorUrlProbe: text(element, 'MirrorURLProbe'),
    mirrorSwitchAllErrors: flag(element, 'MirrorSwitchAllErrors', false),
    mirrorMultiAlternates: all(first(element, 'MirrorMultiAlternates'), 'MirrorMultiAlternate').map((alternate) => ({
      number: text(alternate, 'MirrorMultiAlternateNumber'),
      url: text(alternate, 'MirrorMultiAlternateURL'),
      vpcId: text(alternate, 'MirrorMultiAlternateVpcId'),
      dstRegion: text(alternate, 'MirrorMultiAlternateDstRegion'),
    })),
    mirrorAsyncStatus: text(element, 'MirrorAsyncStatus'),
    mirrorUsingRole: flag(element, 'MirrorUsingRole', false),
    mirrorRole: text(element, 'MirrorRole'),
    mirrorAuth: auth && {
      authType: text(auth, 'AuthType'),
      region: text(auth, 'Region'),
      accessKeyId: text(auth, 'AccessKeyId'),
    },
    mirrorIsExpressTunnel: flag(element, 'MirrorIsExpressTunnel', false),
    mirrorDstRegion: text(element, 'MirrorDstRegion'),
    mirrorDstVpcId: text(element, 'MirrorDstVpcId'),
    mirrorDstSlaveVpcId: text(element, 'MirrorDstSlaveVpcId'),
    mirrorTunnelId: text(element, 'MirrorTunnelId'),
  }
}

function flag(parent: Element | undefined, name: string, absent: boolean): boolean {
  const value = text(parent, name)
  return value === '' ? absent : value === 'true'
}

function integer(parent: Element | undefined, name: string): number | undefined {
  const value = text(parent, name)
  return /^\d+$/.test(value) ? Number(value) : undefined
}

function texts(parent: Element | undefined, name: string): string[] {
  return all(parent, name).map((element) => element.text.trim())
}

function pairs(parent: Element | undefined, name: string): KeyValue[] {
  return all(parent, name).map((element) => ({ key: text(element, 'Key'), value: text(element, 'Value') }))
}

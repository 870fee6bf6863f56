// The same set-up as a Terraform file of the provider aliyun/alicloud, for those who keep their account that way.
// https://registry.terraform.io/providers/aliyun/alicloud (alicloud_oss_bucket_website needs 1.237.0 or later)
import { FUNCTION_TRUST } from '../deployment/policies.ts'
import { type NewRule, redirectFields, SECRET_HEADER } from '../deployment/rule.ts'
import type { WantedRole } from './role-steps.ts'

export interface TerraformInput {
  region: string
  originals: string
  compressed: string
  privateCompressed: boolean
  /** Its secret is not written, it becomes a variable; so does the address, which is its default where it is known. */
  rule: NewRule
  roles: Record<'origin' | 'events', WantedRole>
}

/** @returns the whole file. What stands in it has no ${ that HCL would take for an expression: names, flags, our own words. */
export function terraform({ region, originals, compressed, privateCompressed, rule, roles }: TerraformInput): string {
  const acl = privateCompressed ? 'private' : 'public-read'
  return `terraform {
  required_providers {
    alicloud = {
      source  = "aliyun/alicloud"
      version = ">= 1.252.0"
    }
  }
}

provider "alicloud" {
  region = ${quoted(region)}
}

variable "function_url" {
  type = string${URL.canParse(rule.mirrorUrl) ? `\n  default = ${quoted(rule.mirrorUrl)}` : ''}
}

variable "mirror_secret" {
  type      = string
  sensitive = true
}

${bucket('originals', originals, 'private')}
${bucket('compressed', compressed, acl)}
${role('origin', roles.origin)}
${role('events', roles.events)}
# Holds the whole website configuration of the bucket: what else it has (index page, other rules) belongs in here too.
resource "alicloud_oss_bucket_website" "compressed" {
  bucket = alicloud_oss_bucket.compressed.bucket

  routing_rules {
    routing_rule {
      rule_number = "1"
      condition {
        http_error_code_returned_equals = "404"
      }
      redirect {
${redirectFields(rule)
  .map(([name, value]) => `        ${snake(name)} = ${name === 'MirrorURL' ? 'var.function_url' : quoted(value)}`)
  .join('\n')}
        mirror_headers {
          pass_all = "false"
          set {
            key   = ${quoted(SECRET_HEADER)}
            value = var.mirror_secret
          }
        }
      }
    }
  }
}
`
}

function bucket(id: string, name: string, acl: string): string {
  const unblock =
    acl === 'private'
      ? ''
      : `
resource "alicloud_oss_bucket_public_access_block" "${id}" {
  bucket              = alicloud_oss_bucket.${id}.bucket
  block_public_access = false
}
`
  return `resource "alicloud_oss_bucket" "${id}" {
  bucket = ${quoted(name)}
  lifecycle {
    ignore_changes = [acl, website]
  }
}
${unblock}
resource "alicloud_oss_bucket_acl" "${id}" {
  bucket = alicloud_oss_bucket.${id}.bucket
  acl    = ${quoted(acl)}${acl === 'private' ? '' : `\n  depends_on = [alicloud_oss_bucket_public_access_block.${id}]`}
}
`
}

function role(id: string, { name, policy, description }: WantedRole): string {
  return `resource "alicloud_ram_role" "${id}" {
  role_name                   = ${quoted(name)}
  description                 = ${quoted(description)}
  assume_role_policy_document = jsonencode(${inHcl(FUNCTION_TRUST)})
}

resource "alicloud_ram_policy" "${id}" {
  policy_name     = ${quoted(name)}
  description     = ${quoted(description)}
  policy_document = jsonencode(${inHcl(policy)})
}

resource "alicloud_ram_role_policy_attachment" "${id}" {
  role_name   = alicloud_ram_role.${id}.role_name
  policy_name = alicloud_ram_policy.${id}.policy_name
  policy_type = "Custom"
}
`
}

/** JSON is an HCL expression: objects take a colon as well. */
const inHcl = (value: object) => JSON.stringify(value, null, 2).replace(/\n/g, '\n  ')
const quoted = (text: string) => JSON.stringify(text)

/** MirrorURL → mirror_url, MirrorCheckMd5 → mirror_check_md5, MirrorSNI → mirror_sni. */
function snake(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
}

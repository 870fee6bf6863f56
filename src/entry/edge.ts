// Edge routine in front of the compressed bucket (Alibaba Cloud ESA Functions and Pages, formerly EdgeRoutine):
// https://help.aliyun.com/zh/edge-security-acceleration/esa/user-guide/edge-functions-overview
//
// A mirror rule hands on nothing but the key, and what it fetches is stored for everybody. So whatever depends on the
// reader has to be in the key before the bucket sees it: here `f_auto` becomes the reader's format, and the queries of
// OSS, BOS and Alibaba's CDN become keys. Nobody is redirected.
//
// What this must never do is choose a format for somebody else. One URL leads to different keys for different readers, and
// the format is part of the key, so that no cache between here and the bucket can mix them up. A cache in front of this
// routine goes by the URL and has to be told: `Vary: Accept`, where `Accept` had a say and nowhere else. A cache that
// takes no notice of it must not stand in front of URLs with f_auto.
import { answerAtEdge } from './edge-answer.ts'
import type { EdgeSettings } from './edge-settings.ts'

/** The build puts the settings in its place. */
declare const EDGE_SETTINGS: EdgeSettings

// A default export with this one method is the platform's contract.
export default {
  fetch: (request: Request): Promise<Response> => answerAtEdge(request, EDGE_SETTINGS),
}

/** What each setting is for, in Chinese; src/config.ts has the English, and a test that none is missing here. */
export const SETTINGS_ZH: Readonly<Record<string, string>> = {
  OSS_REGION: '两个 Bucket 和函数所在的地域，例如 cn-hangzhou。',
  OSS_ORIGINAL_BUCKET_NAME: '上传原图的 Bucket，保持私有。',
  OSS_COMPRESS_BUCKET_NAME: '对外读取的 Bucket，镜像回源规则配置在它上面。不能与原图 Bucket 相同。',
  OSS_ENDPOINT:
    'OSS 地址。留空时：在函数计算内用该地域的内网地址，其他地方用公网地址。本地调试函数时不能用内网地址，它只在阿里云内部可达。',
  MIRROR_SECRET:
    '镜像规则以 x-mirror-secret 请求头发送的密钥，至少 16 位，只含 A-Z a-z 0-9 - _。轮换期间可写多个，以逗号分隔，新的在前。',
  STORE: '由谁写入压缩后的对象：function（由本程序写入，带元数据）或 mirror（由 OSS 保存它转发的内容）。',
  PASS_THROUGH:
    '无法压缩但允许放行的内容：none（只有图片）、media（图片、音频、视频、PDF）、all（全部）。按内容而不是按扩展名判断；其余一律 404。',
  SOURCE_PREFIXES: '逗号分隔的前缀；只有键以其中之一开头的原图可以读取。留空：全部。',
  DIALECTS:
    '允许用哪些写法在键中指定处理操作，逗号分隔：suffix（photo.jpg__op__resize,w_800）、style（photo.jpg!thumb）、size-prefix（300*200/photo.jpg、dir/300x200/photo.jpg，仅限 ALLOW 中列出的尺寸）。',
  STYLES: '命名样式，以分号分隔：thumb=image/resize,w_200/format,webp;hero=image/resize,w_1600',
  ALLOW:
    '键可以请求什么：open（任意）、styles（仅命名样式），或一份清单：sizes=320,640x480,l1600;formats=auto,webp;qualities=60,80;styles=thumb;spellings=canonical。有限的清单可防止陌生人用各种尺寸把 Bucket 塞满，spellings=canonical 则防止用同一请求的各种写法；要沿用旧系统的链接时不写它（此时任何写法都接受）。',
  SIGNING_KEY:
    '设置后，凡带操作的键都必须附上用它计算的 HMAC（npm run explain -- --sign KEY）。轮换期间以逗号分隔，新的在前；每个至少 22 个字符。',
  PREGENERATE: '逗号分隔的样式名：原图一上传，events 函数除普通压缩版外还会预先生成它们。留空：不预生成。',
  QUALITY: 'eco、balanced 或 high：画质取向，对所有格式一致。',
  FORMAT: 'keep（保持原图格式），或在更小且所有读者都能显示时转为 webp / avif。',
  CACHE_CONTROL: '随每个压缩对象保存。默认不设 immutable：原图可能被替换。',
  MAX_SOURCE_BYTES: '超过此大小的原图不读入内存，原样放行（64 MiB 适合 1 GB 内存的函数）。',
  MAX_SOURCE_PIXELS: '允许解码的原图像素数：宽 × 高 × 帧数；超过则原样返回原图。',
  MAX_OUTPUT_PIXELS: '处理结果的像素数上限：宽 × 高 × 帧数（与 OSS 图片处理的限制相同）。',
  DEADLINE_MS: '单个请求的时限（毫秒）。镜像回源在 10 秒后放弃，冷启动也计算在内。',
  READER_URL: '读者访问图片的地址，例如 https://img.example.com/，供脚本使用。留空：压缩 Bucket 自身的地址。',
  LOG_LEVEL: 'info（每个请求一行）、error（只记失败）、silent（不记）。',
}

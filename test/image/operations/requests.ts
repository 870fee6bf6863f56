/** A requested key and what has to come of it. */
export interface Requested {
  /** Which drawn source: L 400 × 300 JPEG, P 300 × 400 PNG, E1 to E8 JPEG stored 424 × 333 with an orientation, … */
  readonly source: string
  /** As a reader asks, with a query where the edge takes it off. */
  readonly key: string
  readonly width: number
  readonly height: number
  /** As the engine names it. */
  readonly format: string
  /** The same by hand: one step after the other, in numbers, each made into a picture of its own. */
  readonly steps: readonly string[]
}

/** Worked out from the documented rules (and the reference's acceptance table), not by the planner. */
const TABLE = `
L | photo.jpg__op__resize,m_lfit,w_200,h_200 | 200x150 | jpeg | resize 200 150
L | photo.jpg__op__resize,m_mfit,w_200,h_200 | 267x200 | jpeg | resize 267 200
L | photo.jpg__op__resize,m_fill,w_200,h_200 | 200x200 | jpeg | resize 267 200, crop 33 0 200 200
L | photo.jpg__op__resize,m_fixed,w_200,h_200 | 200x200 | jpeg | resize 200 200
L | photo.jpg__op__resize,m_lfit,w_160,h_90 | 120x90 | jpeg | resize 120 90
L | photo.jpg__op__resize,m_mfit,w_160,h_90 | 160x120 | jpeg | resize 160 120
L | photo.jpg__op__resize,m_fill,w_160,h_90 | 160x90 | jpeg | resize 160 120, crop 0 15 160 90
L | photo.jpg__op__resize,m_fixed,w_160,h_90 | 160x90 | jpeg | resize 160 90
L | photo.jpg__op__resize,m_lfit,w_90,h_160 | 90x68 | jpeg | resize 90 68
L | photo.jpg__op__resize,m_mfit,w_90,h_160 | 213x160 | jpeg | resize 213 160
L | photo.jpg__op__resize,m_fill,w_90,h_160 | 90x160 | jpeg | resize 213 160, crop 61 0 90 160
L | photo.jpg__op__resize,m_fixed,w_90,h_160 | 90x160 | jpeg | resize 90 160
L | photo.jpg__op__resize,m_lfit,w_320,h_240 | 320x240 | jpeg | resize 320 240
L | photo.jpg__op__resize,m_mfit,w_320,h_240 | 320x240 | jpeg | resize 320 240
L | photo.jpg__op__resize,m_fill,w_320,h_240 | 320x240 | jpeg | resize 320 240, crop 0 0 320 240
L | photo.jpg__op__resize,m_fixed,w_320,h_240 | 320x240 | jpeg | resize 320 240
L | photo.jpg__op__resize,h_200,m_pad,w_200 | 200x200 | jpeg | resize 200 150, canvas 200 200 ffffff
L | photo.jpg__op__resize,h_200,m_pad,w_200,color_00ff00 | 200x200 | jpeg | resize 200 150, canvas 200 200 00ff00
L | photo.jpg__op__resize,w_100 | 100x75 | jpeg | resize 100 75
L | photo.jpg__op__resize,h_60 | 80x60 | jpeg | resize 80 60
L | photo.jpg__op__resize,l_120 | 120x90 | jpeg | resize 120 90
L | photo.jpg__op__resize,s_90 | 120x90 | jpeg | resize 120 90
L | photo.jpg__op__resize,p_30 | 120x90 | jpeg | resize 120 90
L | photo.jpg__op__resize,p_150 | 600x450 | jpeg | resize 600 450
L | photo.jpg__op__resize,w_500,limit_0 | 500x375 | jpeg | resize 500 375
L | photo.jpg__op__resize,w_500 | 400x300 | jpeg | resize 400 300
L | photo.jpg__op__resize,m_fill,w_450,h_450,limit_0 | 450x450 | jpeg | resize 600 450, crop 75 0 450 450
P | tall.png__op__resize,m_lfit,w_200,h_200 | 150x200 | png | resize 150 200
P | tall.png__op__resize,m_mfit,w_200,h_200 | 200x267 | png | resize 200 267
P | tall.png__op__resize,m_fill,w_200,h_200 | 200x200 | png | resize 200 267, crop 0 33 200 200
P | tall.png__op__resize,m_fixed,w_200,h_200 | 200x200 | png | resize 200 200
P | tall.png__op__resize,m_lfit,w_160,h_90 | 68x90 | png | resize 68 90
P | tall.png__op__resize,m_mfit,w_160,h_90 | 160x213 | png | resize 160 213
P | tall.png__op__resize,m_fill,w_160,h_90 | 160x90 | png | resize 160 213, crop 0 61 160 90
P | tall.png__op__resize,m_fixed,w_160,h_90 | 160x90 | png | resize 160 90
P | tall.png__op__resize,m_lfit,w_90,h_160 | 90x120 | png | resize 90 120
P | tall.png__op__resize,m_mfit,w_90,h_160 | 120x160 | png | resize 120 160
P | tall.png__op__resize,m_fill,w_90,h_160 | 90x160 | png | resize 120 160, crop 15 0 90 160
P | tall.png__op__resize,m_fixed,w_90,h_160 | 90x160 | png | resize 90 160
P | tall.png__op__resize,m_lfit,w_320,h_240 | 180x240 | png | resize 180 240
P | tall.png__op__resize,m_mfit,w_320,h_240 | 300x400 | png | resize 300 400
P | tall.png__op__resize,m_fill,w_320,h_240 | 300x240 | png | resize 300 400, crop 0 80 300 240
P | tall.png__op__resize,m_fixed,w_320,h_240 | 300x240 | png | resize 300 240
P | tall.png__op__resize,h_200,m_pad,w_200 | 200x200 | png | resize 150 200, canvas 200 200 ffffff
P | tall.png__op__resize,h_200,m_pad,w_200,color_00ff00 | 200x200 | png | resize 150 200, canvas 200 200 00ff00
P | tall.png__op__resize,w_100 | 100x133 | png | resize 100 133
P | tall.png__op__resize,h_60 | 45x60 | png | resize 45 60
P | tall.png__op__resize,l_120 | 90x120 | png | resize 90 120
P | tall.png__op__resize,s_90 | 90x120 | png | resize 90 120
P | tall.png__op__resize,p_30 | 90x120 | png | resize 90 120
P | tall.png__op__resize,p_150 | 450x600 | png | resize 450 600
P | tall.png__op__resize,w_500,limit_0 | 500x667 | png | resize 500 667
P | tall.png__op__resize,w_500 | 300x400 | png | resize 300 400
P | tall.png__op__resize,m_fill,w_450,h_450,limit_0 | 450x450 | png | resize 450 600, crop 0 75 450 450
L | photo.jpg__op__crop,w_121,h_91,g_nw | 121x91 | jpeg | crop 0 0 121 91
L | photo.jpg__op__crop,x_13,y_7,w_121,h_91,g_nw | 121x91 | jpeg | crop 13 7 121 91
L | photo.jpg__op__crop,w_121,h_91,g_north | 121x91 | jpeg | crop 139 0 121 91
L | photo.jpg__op__crop,x_13,y_7,w_121,h_91,g_north | 121x91 | jpeg | crop 152 7 121 91
L | photo.jpg__op__crop,w_121,h_91,g_ne | 121x91 | jpeg | crop 279 0 121 91
L | photo.jpg__op__crop,x_13,y_7,w_121,h_91,g_ne | 108x91 | jpeg | crop 292 7 108 91
L | photo.jpg__op__crop,w_121,h_91,g_west | 121x91 | jpeg | crop 0 104 121 91
L | photo.jpg__op__crop,x_13,y_7,w_121,h_91,g_west | 121x91 | jpeg | crop 13 111 121 91
L | photo.jpg__op__crop,w_121,h_91,g_center | 121x91 | jpeg | crop 139 104 121 91
L | photo.jpg__op__crop,x_13,y_7,w_121,h_91,g_center | 121x91 | jpeg | crop 152 111 121 91
L | photo.jpg__op__crop,w_121,h_91,g_east | 121x91 | jpeg | crop 279 104 121 91
L | photo.jpg__op__crop,x_13,y_7,w_121,h_91,g_east | 108x91 | jpeg | crop 292 111 108 91
L | photo.jpg__op__crop,w_121,h_91,g_sw | 121x91 | jpeg | crop 0 209 121 91
L | photo.jpg__op__crop,x_13,y_7,w_121,h_91,g_sw | 121x84 | jpeg | crop 13 216 121 84
L | photo.jpg__op__crop,w_121,h_91,g_south | 121x91 | jpeg | crop 139 209 121 91
L | photo.jpg__op__crop,x_13,y_7,w_121,h_91,g_south | 121x84 | jpeg | crop 152 216 121 84
L | photo.jpg__op__crop,w_121,h_91,g_se | 121x91 | jpeg | crop 279 209 121 91
L | photo.jpg__op__crop,x_13,y_7,w_121,h_91,g_se | 108x84 | jpeg | crop 292 216 108 84
L | photo.jpg__op__crop,x_100,y_50 | 300x250 | jpeg | crop 100 50 300 250
L | photo.jpg__op__crop,x_350,w_200,h_10 | 50x10 | jpeg | crop 350 0 50 10
L | photo.jpg__op__crop,w_50 | 50x300 | jpeg | crop 0 0 50 300
L | photo.jpg__op__crop,y_299 | 400x1 | jpeg | crop 0 299 400 1
L | photo.jpg__op__indexcrop,x_150,i_0 | 150x300 | jpeg | crop 0 0 150 300
L | photo.jpg__op__indexcrop,x_150,i_1 | 150x300 | jpeg | crop 150 0 150 300
L | photo.jpg__op__indexcrop,x_150,i_2 | 100x300 | jpeg | crop 300 0 100 300
L | photo.jpg__op__indexcrop,x_150,i_3 | 400x300 | jpeg |
L | photo.jpg__op__indexcrop,y_110,i_0 | 400x110 | jpeg | crop 0 0 400 110
L | photo.jpg__op__indexcrop,y_110,i_1 | 400x110 | jpeg | crop 0 110 400 110
L | photo.jpg__op__indexcrop,y_110,i_2 | 400x80 | jpeg | crop 0 220 400 80
L | photo.jpg__op__rotate,0 | 400x300 | jpeg | rotate 0
L | photo.jpg__op__rotate,90 | 300x400 | jpeg | rotate 90
L | photo.jpg__op__rotate,180 | 400x300 | jpeg | rotate 180
L | photo.jpg__op__rotate,270 | 300x400 | jpeg | rotate 270
L | photo.jpg__op__rotate,360 | 400x300 | jpeg | rotate 360
P | tall.png__op__rotate,0 | 300x400 | png | rotate 0
P | tall.png__op__rotate,90 | 400x300 | png | rotate 90
P | tall.png__op__rotate,180 | 300x400 | png | rotate 180
P | tall.png__op__rotate,270 | 400x300 | png | rotate 270
P | tall.png__op__rotate,360 | 300x400 | png | rotate 360
E1 | turned-1.jpg__op__resize,w_100 | 100x79 | jpeg | upright, resize 100 79
E1 | turned-1.jpg__op__crop,x_10,y_20,w_100,h_80 | 100x80 | jpeg | upright, crop 10 20 100 80
E1 | turned-1.jpg__op__resize,w_100__op__rotate,90 | 79x100 | jpeg | upright, resize 100 79, rotate 90
E2 | turned-2.jpg__op__resize,w_100 | 100x79 | jpeg | upright, resize 100 79
E2 | turned-2.jpg__op__crop,x_10,y_20,w_100,h_80 | 100x80 | jpeg | upright, crop 10 20 100 80
E2 | turned-2.jpg__op__resize,w_100__op__rotate,90 | 79x100 | jpeg | upright, resize 100 79, rotate 90
E3 | turned-3.jpg__op__resize,w_100 | 100x79 | jpeg | upright, resize 100 79
E3 | turned-3.jpg__op__crop,x_10,y_20,w_100,h_80 | 100x80 | jpeg | upright, crop 10 20 100 80
E3 | turned-3.jpg__op__resize,w_100__op__rotate,90 | 79x100 | jpeg | upright, resize 100 79, rotate 90
E4 | turned-4.jpg__op__resize,w_100 | 100x79 | jpeg | upright, resize 100 79
E4 | turned-4.jpg__op__crop,x_10,y_20,w_100,h_80 | 100x80 | jpeg | upright, crop 10 20 100 80
E4 | turned-4.jpg__op__resize,w_100__op__rotate,90 | 79x100 | jpeg | upright, resize 100 79, rotate 90
E5 | turned-5.jpg__op__resize,w_100 | 100x127 | jpeg | upright, resize 100 127
E5 | turned-5.jpg__op__crop,x_10,y_20,w_100,h_80 | 100x80 | jpeg | upright, crop 10 20 100 80
E5 | turned-5.jpg__op__resize,w_100__op__rotate,90 | 127x100 | jpeg | upright, resize 100 127, rotate 90
E6 | turned-6.jpg__op__resize,w_100 | 100x127 | jpeg | upright, resize 100 127
E6 | turned-6.jpg__op__crop,x_10,y_20,w_100,h_80 | 100x80 | jpeg | upright, crop 10 20 100 80
E6 | turned-6.jpg__op__resize,w_100__op__rotate,90 | 127x100 | jpeg | upright, resize 100 127, rotate 90
E7 | turned-7.jpg__op__resize,w_100 | 100x127 | jpeg | upright, resize 100 127
E7 | turned-7.jpg__op__crop,x_10,y_20,w_100,h_80 | 100x80 | jpeg | upright, crop 10 20 100 80
E7 | turned-7.jpg__op__resize,w_100__op__rotate,90 | 127x100 | jpeg | upright, resize 100 127, rotate 90
E8 | turned-8.jpg__op__resize,w_100 | 100x127 | jpeg | upright, resize 100 127
E8 | turned-8.jpg__op__crop,x_10,y_20,w_100,h_80 | 100x80 | jpeg | upright, crop 10 20 100 80
E8 | turned-8.jpg__op__resize,w_100__op__rotate,90 | 127x100 | jpeg | upright, resize 100 127, rotate 90
L | photo.jpg__op__resize,w_120 | 120x90 | jpeg | resize 120 90
L | photo.jpg__op__resize,w_120__op__format,f_jpg | 120x90 | jpeg | resize 120 90
L | photo.jpg__op__resize,w_120__op__format,f_png | 120x90 | png | resize 120 90
L | photo.jpg__op__resize,w_120__op__format,f_webp | 120x90 | webp | resize 120 90
L | photo.jpg__op__resize,w_120__op__format,f_avif | 120x90 | heif | resize 120 90
L | photo.jpg__op__resize,w_120__op__format,f_tiff | 120x90 | tiff | resize 120 90
P | tall.png__op__resize,w_120 | 120x160 | png | resize 120 160
P | tall.png__op__resize,w_120__op__format,jpg | 120x160 | jpeg | resize 120 160
P | tall.png__op__resize,w_120__op__format,png | 120x160 | png | resize 120 160
P | tall.png__op__resize,w_120__op__format,webp | 120x160 | webp | resize 120 160
P | tall.png__op__resize,w_120__op__format,avif | 120x160 | heif | resize 120 160
P | tall.png__op__resize,w_120__op__format,tiff | 120x160 | tiff | resize 120 160
A | glass.png__op__resize,w_120 | 120x90 | png | resize 120 90
A | glass.png__op__resize,w_120__op__format,f_jpg | 120x90 | jpeg | resize 120 90, white
A | glass.png__op__resize,w_120__op__format,f_png | 120x90 | png | resize 120 90
A | glass.png__op__resize,w_120__op__format,f_webp | 120x90 | webp | resize 120 90
A | glass.png__op__resize,w_120__op__format,f_avif | 120x90 | heif | resize 120 90
A | glass.png__op__resize,w_120__op__format,f_tiff | 120x90 | tiff | resize 120 90
W | photo.webp__op__resize,w_120 | 120x90 | webp | resize 120 90
W | photo.webp__op__resize,w_120__op__format,jpg | 120x90 | jpeg | resize 120 90
W | photo.webp__op__resize,w_120__op__format,png | 120x90 | png | resize 120 90
W | photo.webp__op__resize,w_120__op__format,webp | 120x90 | webp | resize 120 90
W | photo.webp__op__resize,w_120__op__format,avif | 120x90 | heif | resize 120 90
W | photo.webp__op__resize,w_120__op__format,tiff | 120x90 | tiff | resize 120 90
V | photo.avif__op__resize,w_120 | 120x90 | heif | resize 120 90
V | photo.avif__op__resize,w_120__op__format,f_jpg | 120x90 | jpeg | resize 120 90
V | photo.avif__op__resize,w_120__op__format,f_png | 120x90 | png | resize 120 90
V | photo.avif__op__resize,w_120__op__format,f_webp | 120x90 | webp | resize 120 90
V | photo.avif__op__resize,w_120__op__format,f_avif | 120x90 | heif | resize 120 90
V | photo.avif__op__resize,w_120__op__format,f_tiff | 120x90 | tiff | resize 120 90
T | scan.tiff__op__resize,w_120 | 120x90 | tiff | resize 120 90
T | scan.tiff__op__resize,w_120__op__format,jpg | 120x90 | jpeg | resize 120 90
T | scan.tiff__op__resize,w_120__op__format,png | 120x90 | png | resize 120 90
T | scan.tiff__op__resize,w_120__op__format,webp | 120x90 | webp | resize 120 90
T | scan.tiff__op__resize,w_120__op__format,avif | 120x90 | heif | resize 120 90
T | scan.tiff__op__resize,w_120__op__format,tiff | 120x90 | tiff | resize 120 90
G | move.gif__op__format,png | 100x80 | png |
G | move.gif__op__resize,w_50__op__format,png | 50x40 | png | resize 50 40
L | photo.jpg__op__resize,w_200__op__crop,x_20,y_30,w_100,h_80 | 100x80 | jpeg | resize 200 150, crop 20 30 100 80
L | photo.jpg__op__crop,x_20,y_30,w_100,h_80__op__resize,w_50 | 50x40 | jpeg | crop 20 30 100 80, resize 50 40
L | photo.jpg__op__crop,w_200,h_200__op__resize,w_100 | 100x100 | jpeg | crop 0 0 200 200, resize 100 100
L | photo.jpg__op__resize,w_100__op__crop,w_200,h_200 | 100x75 | jpeg | resize 100 75
L | photo.jpg__op__rotate,90__op__crop,x_10,y_10,w_50,h_60 | 50x60 | jpeg | rotate 90, crop 10 10 50 60
L | photo.jpg__op__crop,x_10,y_10,w_50,h_60__op__rotate,90 | 60x50 | jpeg | crop 10 10 50 60, rotate 90
L | photo.jpg__op__crop,w_200,h_200__op__rotate,90__op__crop,x_5,y_6,w_70,h_80__op__rotate,180 | 70x80 | jpeg | crop 0 0 200 200, rotate 90, crop 5 6 70 80, rotate 180
L | photo.jpg__op__resize,m_fixed,w_200,h_100__op__resize,m_lfit,w_150,h_100 | 150x75 | jpeg | resize 200 100, resize 150 75
L | photo.jpg__op__resize,w_200__op__rotate,90 | 150x200 | jpeg | resize 200 150, rotate 90
L | photo.jpg__op__rotate,90__op__resize,w_200 | 200x267 | jpeg | rotate 90, resize 200 267
L | photo.jpg__op__blur,r_20,s_8__op__resize,w_100 | 100x75 | jpeg | blur 8 20, resize 100 75
L | photo.jpg__op__resize,w_100__op__blur,r_20,s_8 | 100x75 | jpeg | resize 100 75, blur 8 20
L | photo.jpg__op__resize,m_pad,w_200,h_200,color_0000ff__op__crop,w_100,h_100 | 100x100 | jpeg | resize 200 150, canvas 200 200 0000ff, crop 0 0 100 100
L | photo.jpg__op__indexcrop,x_100,i_1__op__indexcrop,y_100,i_2 | 100x100 | jpeg | crop 100 0 100 300, crop 0 200 100 100
L | photo.jpg__op__bright,20__op__resize,w_80 | 80x60 | jpeg | add 51, resize 80 60
L | photo.jpg__op__resize,w_80__op__bright,20 | 80x60 | jpeg | resize 80 60, add 51
L | photo.jpg__op__bright,60__op__bright,-60 | 400x300 | jpeg | add 153, add -153
L | photo.jpg__op__bright,-60__op__bright,60 | 400x300 | jpeg | add -153, add 153
L | photo.jpg__op__bright,30 | 400x300 | jpeg | add 76.5
L | photo.jpg__op__bright,-30 | 400x300 | jpeg | add -76.5
L | photo.jpg__op__bright,0 | 400x300 | jpeg |
L | photo.jpg__op__blur,r_10,s_3 | 400x300 | jpeg | blur 3 10
L | photo.jpg__op__resize,w_200__op__interlace,1 | 200x150 | jpeg | resize 200 150
L | photo.jpg__op__interlace,0__op__resize,w_200 | 200x150 | jpeg | resize 200 150
L | photo.jpg__op__resize,w_200__op__quality,Q_90 | 200x150 | jpeg | resize 200 150
L | photo.jpg__op__quality,q_80__op__resize,w_200 | 200x150 | jpeg | resize 200 150
L | photo.jpg__op__resize,w_200__op__quality,Q_95 | 200x150 | jpeg | resize 200 150
L | photo.jpg__op__watermark,image_bWFyay5wbmc,g_nw,x_12,y_9 | 400x300 | jpeg | mark 12 9
L | photo.jpg__op__watermark,image_bWFyay5wbmc,g_north,x_12,y_9 | 400x300 | jpeg | mark 188 9
L | photo.jpg__op__watermark,image_bWFyay5wbmc,g_ne,x_12,y_9 | 400x300 | jpeg | mark 364 9
L | photo.jpg__op__watermark,image_bWFyay5wbmc,g_west,x_12,y_9 | 400x300 | jpeg | mark 12 142
L | photo.jpg__op__watermark,image_bWFyay5wbmc,g_center,x_12,y_9 | 400x300 | jpeg | mark 188 142
L | photo.jpg__op__watermark,image_bWFyay5wbmc,g_east,x_12,y_9 | 400x300 | jpeg | mark 364 142
L | photo.jpg__op__watermark,image_bWFyay5wbmc,g_sw,x_12,y_9 | 400x300 | jpeg | mark 12 275
L | photo.jpg__op__watermark,image_bWFyay5wbmc,g_south,x_12,y_9 | 400x300 | jpeg | mark 188 275
L | photo.jpg__op__watermark,image_bWFyay5wbmc,g_se,x_12,y_9 | 400x300 | jpeg | mark 364 275
L | photo.jpg__op__resize,w_200__op__watermark,image_bWFyay5wbmc,g_nw,x_5,y_6__op__watermark,image_bWFyay5wbmc,g_se,x_5,y_6 | 200x150 | jpeg | resize 200 150, mark 5 6, mark 171 128
L | photo.jpg__op__rounded-corners,r_30__op__format,png | 400x300 | png | round 30
L | photo.jpg__op__rounded-corners,r_150__op__format,png | 400x300 | png | round 150
L | photo.jpg__op__rounded-corners,r_40 | 400x300 | jpeg | round 40, white
L | photo.jpg__op__circle,r_100__op__format,png | 201x201 | png | crop 99 49 201 201, round 100.5
L | photo.jpg!small | 100x75 | jpeg | resize 100 75
P | tall.png@!small | 100x133 | png | resize 100 133
L | photo.jpg!hero | 300x200 | webp | resize 300 225, crop 0 12 300 200
L | 100*100/photo.jpg | 100x100 | jpeg | resize 133 100, crop 16 0 100 100
L | 600*600/photo.jpg | 600x600 | jpeg | resize 800 600, crop 100 0 600 600
L | 150x150/photo.jpg | 150x150 | jpeg | resize 200 150, crop 25 0 150 150
L | 150x150_max/photo.jpg | 150x113 | jpeg | resize 150 113
L | 150x150_min/photo.jpg | 200x150 | jpeg | resize 200 150
L | AUTOx150/photo.jpg | 200x150 | jpeg | resize 200 150
L | 150xAUTO/photo.jpg | 150x113 | jpeg | resize 150 113
L | 500x500_min/photo.jpg | 400x300 | jpeg |
L | photo.jpg?x-oss-process=image/resize,w_200 | 200x150 | jpeg | resize 200 150
L | photo.jpg?x-oss-process=image/resize,m_fill,h_100,w_100/rotate,90 | 100x100 | jpeg | resize 133 100, crop 16 0 100 100, rotate 90
L | photo.jpg?x-oss-process=image%2Fresize%2Cw_200%2Fformat%2Cpng | 200x150 | png | resize 200 150
L | photo.jpg?x-oss-process=style/small | 100x75 | jpeg | resize 100 75
L | photo.jpg?x-bce-process=image/resize,m_lfit,w_500 | 500x375 | jpeg | resize 500 375
L | photo.jpg?x-bce-process=image/resize,m_lfit,w_200 | 200x150 | jpeg | resize 200 150
L | photo.jpg?image_process=resize,w_120 | 120x90 | jpeg | resize 120 90
L | 图 +%20#.jpg__op__resize,w_10__op__format,png | 10x8 | png | resize 10 8
L | a__op__b.jpg__op__resize,w_10__op__format,png | 10x8 | png | resize 10 8
L | f_auto/x.jpg__op__resize,w_10__op__format,png | 10x8 | png | resize 10 8
L | p-320x213.jpg__op__resize,w_10__op__format,png | 10x8 | png | resize 10 8
L | 100*100.jpg__op__resize,w_10__op__format,png | 10x8 | png | resize 10 8
L | a!b!c.jpg__op__resize,w_10__op__format,png | 10x8 | png | resize 10 8
L | x__op__y/photo.jpg__op__resize,w_100__op__quality,Q_80 | 100x75 | jpeg | resize 100 75
`

export const REQUESTED: readonly Requested[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [source = '', key = '', size = '', format = '', steps = ''] = line.split('|').map((cell) => cell.trim())
    const [width = 0, height = 0] = size.split('x').map(Number)
    return { source, key, width, height, format, steps: steps === '' ? [] : steps.split(', ') }
  })

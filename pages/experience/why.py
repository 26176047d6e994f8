from cxdash.faces.screen.page import draw_page

draw_page("why")

from . import request as request
